import type { ResilienceOptions } from '@redis-resilience/core';
import {
  freePort,
  startCluster,
  startOddPeer,
  startRedis,
  startSentinel,
  type RedisServer,
} from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { ChildScript } from '../stage/child-script.ts';

// Brings a resilience into each of several states, closes it at a different time in each round while commands are
// waiting, and reports everything that still exists when `close()` resolves. If a command is in flight, `close()` may
// take up to 2 s. The rounds close at moments that are spread over 125 ms; ROUNDS=25 tries more such moments.
const script = `
import { createRedisResilience, protect } from '@redis-resilience/core';
import { Redis } from 'ioredis';
const { plans, rounds } = JSON.parse(process.env.PLANS);
const ignore = () => {};
const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const occupy = (resilience) => {
  const [subscriber, worker] = [0, 1].map(() => resilience.client.duplicate().on('error', ignore));
  subscriber.subscribe('news').catch(ignore);
  worker.blpop('queue', 0).catch(ignore);
  resilience.lease((client) => client.blpop('other', 0), { key: 'other' }).catch(ignore);
  resilience.applyOnce('id', 'incr', 'a').catch(ignore);
  resilience.execute((client) => client.get('a')).catch(ignore);
  for (let command = 0; command < 5; command++) resilience.client.incr('a').catch(ignore);
};
const leftNow = () => process.getActiveResourcesInfo().filter((kind) => !/Pipe|TTY|GetAddrInfo|Immediate/.test(kind));
await pass(0);
const before = leftNow().length;
const left = [];
for (const { target, options, lazy, bare, settle, pids, signalAt = 0 } of plans) for (let round = 0; round < rounds; round++) {
  const all = (signal) => { for (const pid of pids ?? []) process.kill(pid, signal); };
  const resilience = bare ? protect(new Redis(target).on('error', ignore)) : createRedisResilience(target, options);
  if (settle) await resilience.ready({ timeoutMs: 5_000 });
  if (!lazy) occupy(resilience);
  if (pids) {
    all('SIGSTOP');
    for (let command = 0; command < 5; command++) resilience.client.incr('a').catch(ignore);
  }
  await pass(signalAt + (125 / rounds) * round);
  const closedAt = performance.now();
  await resilience.close({ drainMs: 0 });
  if (performance.now() - closedAt > 1_500) left.push(round + ': late');
  const now = leftNow();
  if (now.length > before) left.push(round + ': ' + now.join(' '));
  if (pids) all('SIGCONT');
}
console.log('left', JSON.stringify(left));
`;

describe('close() leaves nothing when it resolves', () => {
  it.concurrent('of a client that never connected', async () => {
    await using server = await startRedis();
    await expectNothingLeft({ target: { ...addressOf(server), lazyConnect: true }, lazy: true });
  });

  it.concurrent('of one that is ready', async () => {
    await using server = await startRedis();
    await expectNothingLeft({ target: addressOf(server), settle: true });
  });

  it.concurrent('of one that is being connected', async () => {
    await using server = await startRedis();
    await expectNothingLeft({ target: addressOf(server) }, { target: addressOf(server), bare: true });
  });

  it.concurrent('of one that nobody listens to', async () => {
    await expectNothingLeft({ target: { host: '127.0.0.1', port: await freePort() } });
  });

  it.concurrent('of one whose SYN is not answered', async () => {
    await using peer = await startOddPeer('unreachable');
    await expectNothingLeft({ target: addressOf(peer) }, { target: addressOf(peer), bare: true });
  });

  it.concurrent('of one whose server accepts it and is silent', async () => {
    await using peer = await startOddPeer('silent');
    // The peer never completes the TLS handshake.
    const overTls = { target: { ...addressOf(peer), tls: {} } };
    await expectNothingLeft({ target: addressOf(peer), signalAt: 150 }, overTls);
  });

  it.concurrent('of one that is stalled', async () => {
    await using server = await startRedis();
    await expectNothingLeft({
      target: addressOf(server),
      settle: true,
      pids: [server.pid],
      signalAt: 100,
    });
  });

  it.concurrent('of one that uses TLS where the server does not', async () => {
    await using server = await startRedis();
    await expectNothingLeft({ target: { ...addressOf(server), tls: {} } });
  });

  it.concurrent('behind Sentinel, ready and stalled', async () => {
    await using group = await startSentinel();
    const target = { sentinels: group.sentinelAddresses, name: group.name };
    const { pid } = await group.currentPrimary();
    const stalled = { target, settle: true, pids: [pid], signalAt: 100 };
    await expectNothingLeft({ target }, { target, settle: true }, stalled);
  });

  it.concurrent('behind sentinels that are silent', async () => {
    await using peer = await startOddPeer('silent');
    await expectNothingLeft({ target: { sentinels: [addressOf(peer)], name: 'shop' }, signalAt: 50 });
  });

  it.concurrent('of a Cluster, ready, while it connects, and with a frozen node', async () => {
    await using cluster = await startCluster();
    const target = { cluster: cluster.addresses };
    // The other nodes may report the frozen node as failed in the meantime, for which core would print a line
    // to the operator.
    const options = { logger: false } as const;
    const frozen = { target, options, settle: true, pids: [cluster.nodes[0]?.pid] };
    await expectNothingLeft({ target }, { target, settle: true }, frozen);
  });

  it.concurrent('of a Cluster whose nodes are silent, or away', async () => {
    await using peer = await startOddPeer('silent');
    const away = { target: { cluster: [{ host: '127.0.0.1', port: await freePort() }] } };
    await expectNothingLeft({ target: { cluster: [addressOf(peer)] }, signalAt: 50 }, away);
  });
});

const rounds = Number(process.env['ROUNDS'] ?? 5);

interface Plan {
  readonly target: unknown;
  readonly options?: ResilienceOptions;
  readonly lazy?: boolean;
  readonly bare?: boolean;
  readonly settle?: boolean;
  /** Processes that the script freezes before it closes the resilience. */
  readonly pids?: readonly (number | undefined)[];
  readonly signalAt?: number;
}

async function expectNothingLeft(...plans: readonly Plan[]): Promise<void> {
  await using child = new ChildScript(script, { PLANS: JSON.stringify({ plans, rounds }) });
  expect(JSON.parse(await child.line('left', 25_000))).toEqual([]);
  expect(child.stderr).toBe('');
}

function addressOf({ host, port }: Pick<RedisServer, 'host' | 'port'>): { host: string; port: number } {
  return { host, port };
}
