import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { ConfigurationError, OutcomeUnknownError } from '../errors.ts';
import { keysOf, optionsOf } from '../ioredis/clients.ts';
import { isAway } from '../is-away.ts';
import type { RedisResilience } from '../redis-resilience.ts';
import { traitsOf } from '../catalogue/command-traits.ts';
import { isReplyError } from '../replies/connection-error.ts';
import { classifyReply } from '../replies/reply-error.ts';
import type { RedisSnapshot } from '../snapshot.ts';
import { hashTagOf } from '../keys/hash-tag.ts';
import { boundTo } from './bound-to-database.ts';
import type { OnceHomes } from './once-homes.ts';
import { untilChange } from './until-change.ts';

// One atomic step: unless the id is known, run the command and remember its answer beside the key. A refusal that
// proves that the command did not run is not remembered, so that a repeat tries again.
const script = `
local known = redis.call('GET', KEYS[1])
if known then
  local answer = cmsgpack.unpack(known)
  if answer.e then return redis.error_reply(answer.e) end
  if answer.s then return redis.status_reply(answer.s) end
  return answer.r
end
local reply = redis.pcall(ARGV[2], KEYS[2], unpack(ARGV, 3))
local answer
if type(reply) == 'table' and reply.err then
  local code = string.match(reply.err, '^%-?(%u+)')
  if code == 'OOM' or code == 'MISCONF' or code == 'NOREPLICAS' or code == 'READONLY' then return reply end
  answer = { e = reply.err }
elseif type(reply) == 'table' and reply.ok then
  answer = { s = reply.ok }
else
  answer = { r = reply }
end
redis.call('SET', KEYS[1], cmsgpack.pack(answer), 'PX', ARGV[1])
return reply
`;

const sha = createHash('sha1').update(script).digest('hex');
const pauseMs = 100;

/**
 * Applies one write at most once on the server, and sends it again until it is acknowledged or the client is closed. A
 * repeat with the same id, from any process and for as long as the server remembers it (`rememberMs`), gets the answer
 * of the first execution.
 *
 * The id is remembered in a key of its own, in the slot of the command's key. A primary that is lost before its
 * replicas got the write loses the write and the memory of it together: an acknowledged write may then be gone, and the
 * same id can be applied again.
 *
 * Where there are several databases, an id that may have reached one of them is asked there alone. `homes` remembers
 * which one, for the ids of this process.
 *
 * @throws ConfigurationError when the command is not a plain write of exactly one key, its first argument
 * @throws OutcomeUnknownError when the id may have reached a database that is not in use now
 */
export async function applyOnce(
  resilience: Pick<RedisResilience, 'client' | 'on' | 'name' | 'snapshot'>,
  clock: Clock,
  rememberMs: number,
  homes: OnceHomes,
  id: string,
  command: string,
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  checkCall(id, command, args);
  const [key, ...rest] = args as [string | number | Buffer, ...(string | number | Buffer)[]];
  const prefix = (optionsOf(resilience.client)['keyPrefix'] as string | Buffer | undefined)?.toString() ?? '';
  const onceKey = `{${hashTagOf(prefix + String(key))}}:redis-resilience:once:${id}`;
  let how: 'evalsha' | 'eval' = 'evalsha';
  for (;;) {
    const database = resilience.snapshot().database?.name;
    const home = homes.homeOf(id);
    if (home !== undefined && home !== database) throw elsewhere(resilience.name);
    if (database !== undefined) homes.sent(id, database);
    try {
      const body = how === 'evalsha' ? sha : script;
      return await boundTo(database, () =>
        resilience.client.call(how, body, 2, onceKey, key, rememberMs, command, ...rest),
      );
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (isReplyError(error) && error.message.startsWith('NOSCRIPT')) {
        how = 'eval';
        continue;
      }
      // With our script, such a refusal certainly left nothing behind.
      const isRefusedForNow = isReplyError(error) && classifyReply(error.message).outcome === 'not-applied';
      const mayComeBack = isAway(error) && error.reason !== 'closed';
      if (isRefusedForNow || (isAway(error) && error.outcome === 'not-applied')) homes.didNotRun(id);
      if (!isRefusedForNow && !mayComeBack) throw error;
      how = 'evalsha';
      // Tries again as soon as the connection serves, and after a pause in any case.
      await untilChange(resilience, clock, isServingOrEnded, { timeoutMs: pauseMs });
    }
  }
}

function elsewhere(connection: string): OutcomeUnknownError {
  return new OutcomeUnknownError(
    'This id may have been applied on a database that is not in use now, so it is not asked on another one. ' +
      'Call applyOnce again with the same id when that database is back.',
    { outcome: 'unknown', connection },
  );
}

function checkCall(id: string, name: string, args: readonly unknown[]): void {
  if (typeof id !== 'string' || id.length === 0) {
    throw new ConfigurationError('applyOnce needs an id: a string that is not empty.');
  }
  const traits = traitsOf(name);
  if (traits.kind !== 'ordinary' || traits.lane !== 'write' || traits.script || traits.container) {
    throw new ConfigurationError(`applyOnce takes a plain write like INCR or LPUSH; given: ${traits.name}.`);
  }
  const keys = keysOf(name, args);
  if (keys.length !== 1 || String(keys[0]) !== String(args[0])) {
    throw new ConfigurationError(
      `applyOnce takes a write of exactly one key, its first argument; given: ${traits.name}.`,
    );
  }
}

function isServingOrEnded({ status, connection }: RedisSnapshot): boolean {
  return status === 'up' || connection === 'ended';
}
