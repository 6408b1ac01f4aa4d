import { RESP_TYPES, VerbatimString } from 'redis';
import type { CallCase, Client } from './call-case.ts';

const script = "return {KEYS[1], ARGV[1], 1, {'nested'}, false}";

/** Returns the call with a type mapping, with which the client decodes values to other classes. */
function mapped(mapping: object, call: (client: Client) => unknown): CallCase[1] {
  return (client) => call(client.withTypeMapping(mapping));
}

const buffers = { [RESP_TYPES.BLOB_STRING]: Buffer };
const texts = { [RESP_TYPES.NUMBER]: String, [RESP_TYPES.DOUBLE]: String, [RESP_TYPES.BIG_NUMBER]: String };

async function all(iterator: AsyncIterable<unknown[]>): Promise<string[]> {
  const items: unknown[] = [];
  for await (const some of iterator) items.push(...some);
  return items.map((item) => JSON.stringify(item)).toSorted();
}

export const serverCalls: readonly CallCase[] = [
  ['EVAL', (c) => c.eval(script, { keys: ['a'], arguments: ['b'] })],
  ['EVAL status', (c) => c.eval("return redis.status_reply('FINE')")],
  ['EVAL error', (c) => c.eval("return redis.error_reply('MY own')")],
  ['EVAL nested error', (c) => c.eval("return {1, redis.error_reply('MY own')}")],
  ['EVAL failing', (c) => c.eval("return redis.call('NOSUCH')")],
  ['EVAL double', (c) => c.eval('redis.setresp(3); return {double=3.5}')],
  ['EVAL boolean', (c) => c.eval('redis.setresp(3); return true')],
  ['EVAL big number', (c) => c.eval("redis.setresp(3); return {big_number='12345678901234567890'}")],
  ['EVAL verbatim', (c) => c.eval("return {verbatim_string={string='text', format='txt'}}")],
  ['EVAL map', (c) => c.eval('redis.setresp(3); return {map={a=1, b={map={c=2}}}}')],
  ['EVAL set', (c) => c.eval('redis.setresp(3); return {set={a=true}}')],
  ['EVAL null', (c) => c.eval('return nil')],
  ['EVAL_RO', (c) => c.evalRo("return redis.call('GET', KEYS[1])", { keys: ['text'] })],
  ['SCRIPT LOAD', (c) => c.scriptLoad(script)],
  ['SCRIPT EXISTS', (c) => c.scriptExists(['ffffffffffffffffffffffffffffffffffffffff'])],
  ['EVALSHA', async (c) => c.evalSha(await c.scriptLoad(script), { keys: ['a'], arguments: ['b'] })],
  ['EVALSHA of none', (c) => c.evalSha('ffffffffffffffffffffffffffffffffffffffff')],
  ['SCRIPT FLUSH', (c) => c.scriptFlush()],
  ['EVALSHA flushed', (c) => c.evalSha('ffffffffffffffffffffffffffffffffffffffff')],
  [
    'FUNCTION LOAD',
    (c) =>
      c.functionLoad(
        "#!lua name=lib\nredis.register_function{function_name='f', callback=function(keys, args) return args[1] end, flags={'no-writes'}}",
      ),
  ],
  ['FCALL', (c) => c.fCall('f', { arguments: ['x'] })],
  ['FCALL_RO', (c) => c.fCallRo('f', { arguments: ['x'] })],
  ['FCALL of none', (c) => c.fCall('zz', {})],
  ['FUNCTION LIST', (c) => c.functionList()],
  ['FUNCTION STATS', (c) => c.functionStats()],
  ['FUNCTION DELETE', (c) => c.functionDelete('lib')],
  ['CONFIG GET', (c) => c.configGet('maxmemory')],
  ['CONFIG GET several', async (c) => Object.keys(await c.configGet(['maxmemory', 'maxclients'])).toSorted()],
  ['CONFIG SET', (c) => c.configSet('maxmemory-samples', '6')],
  ['CONFIG SET wrong', (c) => c.configSet('no-such-option', '6')],
  ['CONFIG RESETSTAT', (c) => c.configResetStat()],
  ['COMMAND COUNT', (c) => c.commandCount()],
  ['COMMAND INFO', (c) => c.commandInfo(['get', 'set'])],
  ['COMMAND GETKEYS', (c) => c.commandGetKeys(['GET', 'key'])],
  ['COMMAND GETKEYSANDFLAGS', (c) => c.commandGetKeysAndFlags(['GET', 'key'])],
  ['COMMAND LIST', async (c) => (await c.commandList()).length],
  ['ACL WHOAMI', (c) => c.aclWhoAmI()],
  ['ACL LIST', async (c) => (await c.aclList()).length],
  ['ACL USERS', (c) => c.aclUsers()],
  ['ACL CAT', async (c) => (await c.aclCat()).length],
  ['ACL SETUSER', (c) => c.aclSetUser('someone', ['on', '~*', '+get'])],
  ['ACL GETUSER', (c) => c.aclGetUser('someone')],
  ['ACL DELUSER', (c) => c.aclDelUser('someone')],
  ['ACL LOG', (c) => c.aclLog()],
  ['CLIENT GETNAME', (c) => c.clientGetName()],
  ['CLIENT SETNAME', (c) => c.clientSetName('a-name')],
  ['CLIENT GETNAME named', (c) => c.clientGetName()],
  ['CLIENT SETNAME wrong', (c) => c.clientSetName('a name')],
  ['CLIENT TRACKINGINFO', (c) => c.clientTrackingInfo()],
  ['CLIENT UNPAUSE', (c) => c.clientUnpause()],
  ['CLIENT NO-EVICT', (c) => c.clientNoEvict(true)],
  ['CLIENT ID', async (c) => typeof (await c.clientId())],
  ['INFO', async (c) => (await c.info('server')).includes('redis_version')],
  ['TIME', async (c) => (await c.time()).length],
  ['LASTSAVE', async (c) => typeof (await c.lastSave())],
  ['LATENCY DOCTOR', async (c) => typeof (await c.latencyDoctor())],
  ['MEMORY USAGE', (c) => c.memoryUsage('nothing')],
  ['MEMORY STATS', async (c) => typeof (await c.memoryStats())['peak.allocated']],
  ['MEMORY DOCTOR', async (c) => typeof (await c.memoryDoctor())],
  ['ROLE', (c) => c.role()],
  ['LOLWUT', async (c) => JSON.stringify(await c.sendCommand(['LOLWUT', 'VERSION', '5'])).includes('Redis')],
  ['WAIT', (c) => c.wait(0, 10)],
  ['PUBLISH', (c) => c.publish('nobody', 'hello')],
  ['PUBSUB CHANNELS', (c) => c.pubSubChannels()],
  ['PUBSUB NUMSUB', (c) => c.pubSubNumSub(['a', 'b'])],
  ['PUBSUB NUMPAT', (c) => c.pubSubNumPat()],
  ['PUBSUB SHARDCHANNELS', (c) => c.pubSubShardChannels()],
  ['SPUBLISH', (c) => c.sPublish('nobody', 'hello')],
  ['CLUSTER INFO of none', (c) => c.clusterInfo()],
  ['a command of a missing module', (c) => c.json.get('key')],
  ['a command of a missing module in capitals', (c) => c.ts.get('key')],
  ['a raw command', (c) => c.sendCommand(['SET', 'raw', 'text'])],
  ['a raw command in small letters', (c) => c.sendCommand(['get', 'raw'])],
  [
    'a raw HGETALL',
    async (c) => c.sendCommand((await c.hSet('raw hash', { a: '1' }), ['HGETALL', 'raw hash'])),
  ],
  ['a raw CONFIG GET', (c) => c.sendCommand(['CONFIG', 'GET', 'maxmemory'])],
  [
    'a raw ZRANGE WITHSCORES',
    async (c) =>
      c.sendCommand(
        (await c.zAdd('raw zset', { score: 1.5, value: 'a' }),
        ['ZRANGE', 'raw zset', '0', '-1', 'WITHSCORES']),
      ),
  ],
  ['an unknown command', (c) => c.sendCommand(['NoSuch', 'a', 'b'])],
  ['too few arguments', (c) => c.sendCommand(['GET'])],
  ['an argument that is no text', (c) => c.sendCommand(['SET', 'a', 1 as never])],
  ['a typed argument that is no text', (c) => c.set('a', {} as never)],
  ['an argument that is missing', (c) => c.get(undefined as never)],
  ['GET as a Buffer', mapped(buffers, (c) => c.get('binary'))],
  ['MGET as Buffers', mapped(buffers, (c) => c.mGet(['text', 'nothing']))],
  ['HGETALL as Buffers', mapped(buffers, (c) => c.hGetAll('raw hash'))],
  ['HGETALL as a Map', mapped({ [RESP_TYPES.MAP]: Map }, (c) => c.hGetAll('raw hash'))],
  ['HGETALL as an array', mapped({ [RESP_TYPES.MAP]: Array }, (c) => c.hGetAll('raw hash'))],
  ['CONFIG GET as a Map', mapped({ [RESP_TYPES.MAP]: Map }, (c) => c.configGet('maxmemory'))],
  ['SMEMBERS as a Set', mapped({ [RESP_TYPES.SET]: Set }, (c) => c.sMembers('numbers set'))],
  ['INCR as text', mapped(texts, (c) => c.incr('mapped'))],
  ['ZSCORE as text', mapped(texts, (c) => c.zScore('raw zset', 'a'))],
  [
    'SET with a status as a Buffer',
    mapped({ [RESP_TYPES.SIMPLE_STRING]: Buffer }, (c) => c.set('status', '1')),
  ],
  [
    'EVAL verbatim as an object',
    mapped({ [RESP_TYPES.VERBATIM_STRING]: VerbatimString }, (c) => c.eval("return 'x'")),
  ],
  ['a MULTI as Buffers', mapped(buffers, (c) => c.multi().set('multi', '1').get('multi').exec())],
  ['a pipeline as Buffers', mapped(buffers, (c) => c.multi().get('multi').execAsPipeline())],
  ['MULTI', (c) => c.multi().set('multi', '1').incr('multi').get('multi').hGetAll('raw hash').exec()],
  ['MULTI typed', (c) => c.multi().get('multi').zRangeWithScores('raw zset', 0, -1).execTyped()],
  ['MULTI of nothing', (c) => c.multi().exec()],
  ['MULTI with a failure', (c) => c.multi().set('multi', 'x').incr('multi').get('multi').exec()],
  ['MULTI with an unknown command', (c) => c.multi().get('multi').addCommand(['NOSUCH']).exec()],
  ['MULTI with a raw command', (c) => c.multi().addCommand(['GET', 'multi']).exec()],
  ['MULTI with SELECT', (c) => c.multi().select(1).set('elsewhere', '1').select(0).exec()],
  ['a pipeline', (c) => c.multi().get('multi').incr('counted').execAsPipeline()],
  ['a pipeline of nothing', (c) => c.multi().execAsPipeline()],
  ['a pipeline with a failure', (c) => c.multi().get('multi').incr('multi').execAsPipeline()],
  ['exec as a pipeline', (c) => c.multi().get('multi').exec(true)],
  ['WATCH', (c) => c.watch('watched')],
  ['UNWATCH', (c) => c.unwatch()],
  ['a transaction under WATCH', async (c) => (await c.watch('watched'), c.multi().get('watched').exec())],
  [
    'a transaction whose key was changed',
    async (c) => {
      await c.watch('watched');
      await c.set('watched', '1');
      return c.multi().get('watched').exec();
    },
  ],
  ['WATCH of several', (c) => c.watch(['watched', 'other'])],
  ['a transaction after them', (c) => c.multi().ping().exec()],
  ['scanIterator', (c) => all(c.scanIterator({ MATCH: 'raw*', COUNT: 10 }))],
  ['hScanIterator', (c) => all(c.hScanIterator('raw hash'))],
  ['sScanIterator', (c) => all(c.sScanIterator('numbers set'))],
  ['zScanIterator', (c) => all(c.zScanIterator('raw zset'))],
  ['SCAN', async (c) => (await c.scan('0', { COUNT: 1000 })).cursor],
  ['SCAN by type', async (c) => (await c.scan('0', { TYPE: 'zset', COUNT: 1000 })).keys.includes('raw zset')],
  [
    'legacy GET',
    (c) =>
      new Promise((resolve) =>
        c.legacy().get('text', (error: unknown, reply: unknown) => resolve([error, reply])),
      ),
  ],
  [
    'legacy HGETALL',
    (c) =>
      new Promise((resolve) =>
        c.legacy().hGetAll('raw hash', (error: unknown, reply: unknown) => resolve([error, reply])),
      ),
  ],
  [
    'legacy MULTI',
    (c) =>
      new Promise((resolve) =>
        c
          .legacy()
          .multi()
          .get('text')
          .exec((error: unknown, reply: unknown) => resolve([error, reply])),
      ),
  ],
  [
    'legacy sendCommand',
    (c) =>
      new Promise((resolve) =>
        c.legacy().sendCommand('GET', 'text', (error: unknown, reply: unknown) => resolve([error, reply])),
      ),
  ],
  ['FLUSHDB', (c) => c.flushDb()],
  ['FLUSHALL', (c) => c.flushAll()],
  ['SWAPDB', (c) => c.swapDb(1, 2)],
];
