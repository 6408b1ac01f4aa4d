import type { CommandGroup } from './command-group.ts';

/** Every command of Redis up to 8.8 that is not a subcommand or a module's, by what it does to the keyspace. */
export const commandTable: readonly CommandGroup[] = [
  {
    lane: 'read',
    effect: 'read',
    names: `
      get mget strlen getrange substr getbit bitcount bitpos bitfield_ro lcs digest
      hget hmget hgetall hexists hkeys hvals hlen hstrlen hrandfield hscan httl hpttl hexpiretime hpexpiretime
      llen lindex lrange lpos
      scard sismember smismember smembers srandmember sscan sinter sintercard sunion sunioncard sdiff sdiffcard
      zcard zcount zlexcount zrange zrangebyscore zrangebylex zrevrange zrevrangebyscore zrevrangebylex zrank
      zrevrank zscore zmscore zrandmember zscan zunion zinter zintercard zdiff
      xlen xrange xrevrange xpending pfcount sort_ro
      geodist geohash geopos geosearch georadius_ro georadiusbymember_ro
      arget argetrange armget arcount arlen arscan arnext arlastitems arinfo argrep arop
      exists type ttl pttl expiretime pexpiretime dump keys scan randomkey touch dbsize
      ping echo time info lolwut lastsave role`,
  },
  { lane: 'read', effect: 'read', script: true, names: 'eval_ro evalsha_ro fcall_ro' },
  { lane: 'read', effect: 'read', kind: 'blocking', names: 'xread' },

  // Twice is the same as once. Where they answer a count or the old bit, the second answer differs.
  {
    lane: 'write',
    effect: 'write-last-wins',
    names: `
      setex psetex mset setrange setbit hset hmset lset pfmerge xsetid arset armset
      sinterstore sunionstore`,
  },
  { lane: 'write', effect: 'write-last-wins', frees: true, names: 'persist hpersist arseek' },

  // Removals that nobody else can undo, or that are the SET of nothing: "none removed" is then the truth as well.
  {
    lane: 'write',
    effect: 'write-checked-safe',
    frees: true,
    names: 'del unlink xack xtrim zremrangebyscore zremrangebylex ardelrange',
  },
  // PFADD answers an estimate, which nobody can take for a decision.
  { lane: 'write', effect: 'write-checked-safe', names: 'pfadd' },

  // The answer says who was first, and is used as a lock, as a claim on a job, or to drop duplicates.
  { lane: 'write', effect: 'write-checked', names: 'setnx hsetnx msetnx sadd' },
  {
    lane: 'write',
    effect: 'write-checked',
    frees: true,
    names: 'hdel srem zrem smove ardel xdel xdelex xackdel rename renamenx move',
  },

  // Adds up, or takes something out and hands it over in an answer that cannot be asked for twice.
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

  // A script may do anything. The server starts it although it is out of memory and looks at each of its commands.
  { lane: 'write', effect: 'never', frees: true, script: true, names: 'eval evalsha fcall' },

  // A replica and a full server publish, so it is the read lane that says whether it works.
  { lane: 'read', effect: 'write-accumulating', names: 'publish spublish' },
  // The new connection has to subscribe anyhow, and the data is untouched.
  { lane: 'read', effect: 'read', kind: 'subscribe', names: 'subscribe psubscribe ssubscribe' },
  { lane: 'read', effect: 'read', kind: 'unsubscribe', names: 'unsubscribe punsubscribe sunsubscribe' },

  // They wait for the writes of their own connection: on a new one they answer at once, and falsely.
  { lane: 'read', effect: 'never', kind: 'blocking', names: 'wait waitaof' },
  {
    lane: 'read',
    effect: 'never',
    kind: 'connection',
    names: 'auth hello select reset quit asking readonly readwrite monitor sync psync replconf',
  },
  { lane: 'read', effect: 'never', kind: 'transaction', names: 'multi discard watch unwatch' },
  // Of the write lane where its members are not known.
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
