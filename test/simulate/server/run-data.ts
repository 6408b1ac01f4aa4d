import { isRead } from '../../../packages/testing/src/history/contracts.ts';
import type { Operation } from '../../../packages/testing/src/history/operation.ts';
import { keysOf, modelledCommands, run } from '../../../packages/testing/src/history/model/redis-model.ts';
import type { Reply } from '../../../packages/testing/src/history/reply.ts';
import {
  bulk,
  failure,
  integer,
  list,
  map,
  nothing,
  ok,
  type ReplyText,
} from '../../core/fakes/reply-text.ts';
import type { ServerConnection } from './server-connection.ts';
import type { SimulatedServer } from './simulated-server.ts';

const integers: ReadonlySet<string> = new Set(
  (
    'strlen setnx append incr decr incrby decrby lpush rpush llen lrem sadd srem scard sismember ' +
    'hlen hexists hset hsetnx hincrby hdel del unlink exists'
  ).split(' '),
);
const blocking: ReadonlySet<string> = new Set(['blpop', 'brpop', 'blmove']);

export function isWrite(name: string): boolean {
  return modelledCommands.has(name) && !isRead(operationOf(name, []));
}

/** Runs a command on the stored data; a blocking command blocks, unless it is part of a MULTI. */
export function runData(
  connection: ServerConnection,
  name: string,
  args: readonly string[],
  how: 'alone' | 'in-multi',
): ReplyText | undefined {
  const { server } = connection;
  if (!modelledCommands.has(name))
    return failure(`ERR unknown command '${name}', with args beginning with: `);
  const { kept, expiresAt } = withoutExpiry(server, name, args);
  const operation = operationOf(name, kept);
  const keys = keysOf(operation);
  expire(server, keys);
  const { reply, keyspace } = run(server.store.keyspace, operation);
  if (reply === null && blocking.has(name) && how === 'alone') {
    return connection.block([name, ...args], keys, Number(args.at(-1)));
  }
  if (keyspace !== server.store.keyspace) {
    server.store.keyspace = keyspace;
    for (const key of keys) if (name === 'set' || !keyspace.has(key)) server.store.expiries.delete(key);
    if (expiresAt !== undefined) server.store.expiries.set(keys[0] as string, expiresAt);
    server.written(keys);
  }
  if (isWrite(name)) server.ledger.ran(args);
  return encoded(reply, name, connection.protocol);
}

function encoded(reply: Reply, name: string, protocol: 2 | 3): ReplyText {
  if (reply === null) return protocol === 3 ? '_\r\n' : blocking.has(name) ? '*-1\r\n' : nothing;
  if (typeof reply === 'string') {
    if (integers.has(name)) return integer(Number(reply));
    return reply === 'OK' && /^(set|mset|hmset|ltrim)$/.test(name) ? ok : bulk(reply);
  }
  if ('error' in reply) return failure(reply.error.includes(' ') ? reply.error : `${reply.error} of the key`);
  if ('fields' in reply) {
    const items = reply.fields.map((field) => bulk(field));
    return protocol === 3 ? map(...items) : list(...items);
  }
  return list(...reply.map((item) => encoded(item, 'get', protocol)));
}

/**
 * Returns the command without an expiry option, and the time at which the value expires: the server keeps that
 * time, because the data model knows none.
 */
function withoutExpiry(
  server: SimulatedServer,
  name: string,
  args: readonly string[],
): { readonly kept: readonly string[]; readonly expiresAt: number | undefined } {
  const at = name === 'set' ? args.findIndex((arg, index) => index > 1 && /^(px|ex)$/i.test(arg)) : -1;
  if (at === -1) return { kept: args, expiresAt: undefined };
  const unitMs = args[at]?.toLowerCase() === 'ex' ? 1000 : 1;
  const expiresAt = server.time.now() + Number(args[at + 1]) * unitMs;
  return { kept: args.toSpliced(at, 2), expiresAt };
}

function expire({ store, time }: SimulatedServer, keys: readonly string[]): void {
  for (const key of keys) {
    const expiresAt = store.expiries.get(key);
    if (expiresAt === undefined || expiresAt > time.now()) continue;
    store.expiries.delete(key);
    const next = new Map(store.keyspace);
    next.delete(key);
    store.keyspace = next;
  }
}

function operationOf(name: string, args: readonly string[]): Operation {
  const result = { kind: 'pending' } as const;
  return { process: '', commands: [{ name, args }], isTransaction: false, invokedAt: 0, result };
}
