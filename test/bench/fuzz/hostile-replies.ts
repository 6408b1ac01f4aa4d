import type { Socket } from 'node:net';
import { createRedisResilience, isRedisResilienceError, type RedisResilience } from '@redis-resilience/core';
import type { Redis } from 'ioredis';
import { checkPrinted, Finding, secretMark, settledWithin } from './finding.js';
import { honest, HostileServer, valueOf } from './hostile-server.js';
import { mutated, pick, replyByGrammar } from './resp-grammar.js';

const timeoutMs = 300;
/** Time limit for a call, including the wait for a connection, a retry and a delay on a busy machine. */
const boundMs = timeoutMs + 5_000;

const nothing = Buffer.alloc(0);

type Attack = (random: () => number, server: HostileServer) => void;

/** After each attack, the server sends hostile replies until `hostility` is set back. */
const attacks: Readonly<Record<string, Attack>> = {
  'a reply by the grammar': (random, server) => {
    const bytes = replyByGrammar(random);
    server.hostility = ([name = '']) => (/^(get|mget|incr|subscribe)$/i.test(name) ? bytes : honest);
  },
  'a reply that nobody asked for': (random, server) => server.send('get', replyByGrammar(random)),
  'a changed reply': (random, server) => {
    server.alter = (bytes) => (random() < 0.2 ? mutated(random, bytes) : bytes);
  },
  'a hostile handshake': (random, server) => {
    const bytes = replyByGrammar(random);
    const name = pick(random, ['hello', 'ping', 'info', 'client', 'auth']);
    server.hostility = ([asks = '']) => (asks.toLowerCase() === name ? bytes : honest);
    server.drop();
  },
  'a connection that ends in a reply': (random, server) => {
    const cut = new WeakSet<Socket>();
    server.alter = (bytes, socket) => {
      if (cut.has(socket)) return nothing;
      if (random() < 0.8) return bytes;
      cut.add(socket);
      setImmediate(() => socket.destroy());
      return bytes.subarray(0, Math.floor(random() * bytes.length));
    };
  },
};

/**
 * Attacks a client with replies from its server; resolves with the number of calls whose result was checked.
 */
export async function fuzzReplies(random: () => number): Promise<number> {
  await using server = await HostileServer.start();
  const printed: string[] = [];
  const log = (line: string): void => void printed.push(line);
  const protocol = pick(random, [2, 3] as const);
  const resilience = createRedisResilience(
    { host: server.host, port: server.port, password: `${secretMark}password`, protocol },
    {
      timeoutMs,
      logger: { info: log, warn: log, error: log },
      connection: { minPeriodMs: 10, maxPeriodMs: 50 },
    },
  );
  const client = resilience.client;
  const subscriber = client.duplicate();
  let judged = 0;
  try {
    for (let round = 0; round < 10; round++) {
      const [name, attack] = pick(random, Object.entries(attacks));
      const judges = name === 'a connection that ends in a reply';
      // A forged reply from an earlier round would shift all later replies, which only the option `integrity`
      // detects; so this attack starts with a new connection.
      if (judges) {
        server.drop();
        await settledWithin('recovery', recovered(client), 10_000);
      }
      attack(random, server);
      judged += await callAll(client, subscriber, judges, printed);
      server.behave();
    }
    await settledWithin('recovery', recovered(client), 10_000);
  } finally {
    await settledWithin('close()', close(resilience), boundMs);
  }
  for (const line of printed) checkPrinted('A printed line', line);
  return judged;
}

/** `isJudged` means that replies may be lost but none is forged, so each call must get its own reply or fail. */
async function callAll(
  client: Redis,
  subscriber: Redis,
  isJudged: boolean,
  printed: string[],
): Promise<number> {
  const keys = Array.from({ length: 6 }, (_, at) => `${secretMark}key-${at}`);
  const note = (error: unknown): undefined => {
    printed.push(printedForm(error));
    return undefined;
  };
  const calls = [
    ...keys.map((key) =>
      client.get(key).then((value) => {
        if (isJudged && value !== valueOf(key)) throw new Finding('A call got the answer of another one');
      }, note),
    ),
    client.mget(keys).catch(note),
    client.incr('n').catch(note),
    client
      .pipeline()
      .get(keys[0] as string)
      .get(keys[1] as string)
      .exec()
      .catch(note),
    client.multi().incr('n').exec().catch(note),
    subscriber.subscribe(`${secretMark}channel`).catch(note),
  ];
  await settledWithin('A call', Promise.all(calls.slice(0, -1)), boundMs);
  return calls.length;
}

function printedForm(error: unknown): string {
  if (!(error instanceof Error)) throw new Finding(`A call rejected with no error: ${typeof error}`);
  const isOurs = isRedisResilienceError(error) || error.name === 'ReplyError';
  return `${error.message} ${JSON.stringify(error)} ${isOurs ? '' : error.stack}`;
}

async function recovered(client: Redis): Promise<void> {
  while ((await client.get('key').catch(() => undefined)) !== valueOf('key'))
    // oxlint-disable-next-line no-restricted-globals -- this time limit is in real time
    await new Promise((resolve) => setTimeout(resolve, 20));
}

function close(resilience: RedisResilience): Promise<void> {
  return resilience.close({ drainMs: 0 });
}
