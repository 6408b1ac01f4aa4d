import type { CommandGroup } from './command-group.ts';

/** Every command of Redis up to 8.8, without subcommands and modules, grouped by its effect. */
export const commandTable: readonly CommandGroup[] = [
  {
    lane: 'read',
    effect: 'read',
    names: `
      get mget strlen getrange substr getbit bitcount bitpos bitfield_ro lcs digest
      hget hmget hgetall hexists hkeys hvals hlen hstrlen hrandfield httl hpttl hexpiretime hpexpiretime
      llen lindex lrange lpos
      scard sismember smismember smembers srandmember sinter sintercard sunion sunioncard sdiff sdiffcard
      zcard zcount zlexcount zrange zrangebyscore zrangebylex zrevrange zrevrangebyscore zrevrangebylex zrank
      zrevrank zscore zmscore zrandmember zunion zinter zintercard zdiff
      xlen xrange xrevrange xpending pfcount sort_ro
      geodist geohash geopos geosearch georadius_ro georadiusbymember_ro
      arget argetrange armget arcount arlen arscan arnext arlastitems arinfo argrep arop
      exists type ttl pttl expiretime pexpiretime dump keys randomkey touch dbsize
      ping echo time info lolwut lastsave role`,
  },
  { lane: 'read', effect: 'read', kind: 'cursor', names: 'scan hscan sscan zscan' },
  { lane: 'read', effect: 'read', script: true, names: 'eval_ro evalsha_ro fcall_ro' },
  { lane: 'read', effect: 'read', kind: 'blocking', names: 'xread' },

  // A second run of these commands leaves the same data as the first. The reply to the second run may differ: HSET
  // replies with the number of new fields, and SETBIT with the old bit.
  {
    lane: 'write',
    effect: 'write-last-wins',
    names: `
      setex psetex mset setrange setbit hset hmset lset pfmerge xsetid arset armset
      sinterstore sunionstore`,
  },
  { lane: 'write', effect: 'write-last-wins', frees: true, names: 'persist hpersist arseek' },

  // A second run of these removals correctly replies that it removed nothing.
  {
    lane: 'write',
    effect: 'write-checked-safe',
    frees: true,
    names: 'del unlink xack xtrim zremrangebyscore zremrangebylex ardelrange',
  },
  // PFADD changes an estimate (HyperLogLog), so no caller bases a decision on its reply.
  { lane: 'write', effect: 'write-checked-safe', names: 'pfadd' },

  // The reply of these commands tells a caller whether it was the first. Callers use such replies to take a lock, to
  // claim a job, or to drop duplicates.
  { lane: 'write', effect: 'write-checked', names: 'setnx hsetnx msetnx sadd' },
  {
    lane: 'write',
    effect: 'write-checked',
    frees: true,
    names: 'hdel srem zrem smove ardel xdel xdelex xackdel rename renamenx move',
  },

  // Each run of these commands adds to the data, or removes an element and returns it: a second run cannot return the
  // same element.
  {
    lane: 'write',
    effect: 'write-accumulating',
    names: `
      append incr incrby incrbyfloat increx decr decrby getset hincrby hincrbyfloat zincrby
      lpush lpushx rpush rpushx linsert lmove lmovem rpoplpush arinsert arring`,
  },
  {
    lane: 'write',
    effect: 'write-accumulating',
    frees: true,
    names: 'getdel hgetdel lpop rpop lmpop spop zpopmin zpopmax zmpop xclaim xautoclaim xnack swapdb',
  },
  { lane: 'write', effect: 'write-accumulating', kind: 'blocking', names: 'brpoplpush blmove blmovem' },
  {
    lane: 'write',
    effect: 'write-accumulating',
    kind: 'blocking',
    frees: true,
    names: 'blpop brpop blmpop bzpopmin bzpopmax bzmpop xreadgroup',
  },

  {
    lane: 'write',
    effect: 'by-arguments',
    names: `
      set msetex hsetex bitfield bitop copy restore sort sdiffstore zadd zunionstore zinterstore zdiffstore
      zrangestore geoadd georadius georadiusbymember geosearchstore xadd`,
  },
  {
    lane: 'write',
    effect: 'by-arguments',
    frees: true,
    names: `
      getex hgetex delex expire pexpire expireat pexpireat hexpire hpexpire hexpireat hpexpireat
      ltrim lrem zremrangebyrank`,
  },

  // A script may run any command, so its effect is unknown. A server that is out of memory still starts a script, and
  // checks each command of the script.
  { lane: 'write', effect: 'never', frees: true, script: true, names: 'eval evalsha fcall' },

  // PUBLISH counts as a read, because it works whenever reads work, even on a replica or on a server that is out of
  // memory.
  { lane: 'read', effect: 'write-accumulating', names: 'publish spublish' },
  // Subscribing changes no data, and every new connection has to subscribe again anyway.
  { lane: 'read', effect: 'read', kind: 'subscribe', names: 'subscribe psubscribe ssubscribe' },
  { lane: 'read', effect: 'read', kind: 'unsubscribe', names: 'unsubscribe punsubscribe sunsubscribe' },

  // SELECT is retried, because it touches no data, and later commands may depend on the selected database.
  { lane: 'read', effect: 'read', kind: 'connection', names: 'select' },

  // WAIT and WAITAOF wait for the writes of their own connection: on a new connection, they would reply at once, and
  // wrongly.
  { lane: 'read', effect: 'never', kind: 'blocking', names: 'wait waitaof' },
  {
    lane: 'read',
    effect: 'never',
    kind: 'connection',
    names: 'auth hello reset quit asking readonly readwrite monitor sync psync replconf',
  },
  { lane: 'read', effect: 'never', kind: 'transaction', names: 'multi discard watch unwatch' },
  // EXEC counts as a write if the commands of its transaction are not known.
  { lane: 'write', effect: 'never', kind: 'transaction', names: 'exec' },

  { lane: 'write', effect: 'admin', names: 'restore-asking pfdebug xidmprecord' },
  { lane: 'write', effect: 'admin', frees: true, names: 'flushall flushdb migrate trimslots xcfgset' },
  {
    lane: 'read',
    effect: 'admin',
    names: 'bgrewriteaof bgsave save debug failover pfselftest replicaof slaveof',
  },
  { lane: 'read', effect: 'admin', kind: 'shutdown', names: 'shutdown' },
];
