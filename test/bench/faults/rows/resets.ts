import type { RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { Figures } from '../figure.js';
import { withoutBreakers } from '../peers/all-peers.js';
import type { Peer } from '../peers/peer.js';
import type { Row } from '../row.js';
import type { Stage } from '../stage.js';
import { proxied } from './setting.js';

interface Settled {
  readonly value?: number;
  readonly error?: Error & { readonly outcome?: string };
}

const perSecond = 2_000;
/**
 * On loopback, hardly any command is in flight when a connection breaks, so these rows add the latency of a network.
 */
const networkMs = 1;

/**
 * Rows of the fault table in which the connection is reset every 200 to 500 ms while thousands of counters are
 * incremented once each.
 */
export const resets: readonly Row[] = [
  counting('resets-incr', 'INCR', 1, (peer, key) => peer.call('incr', key)),
  counting('resets-multi', 'MULTI, two INCR of one key, EXEC', 2, async (peer, key) => {
    const replies = await peer.transaction([
      ['incr', key],
      ['incr', key],
    ]);
    return replies[0];
  }),
  counting('resets-pipeline', 'a pipeline of two INCR of one key', 2, async (peer, key) => {
    const replies = await peer.pipeline([
      ['incr', key],
      ['incr', key],
    ]);
    return replies[0];
  }),
  {
    ...counting('resets-apply-once', 'INCR through applyOnce', 1, (peer, key) =>
      peer.applyOnce
        ? peer.applyOnce(`id:${key}`, 'incr', key)
        : Promise.reject(new Error('There is no applyOnce')),
    ),
    only: ['ours'],
  },
  {
    ...counting('freeze-incr', 'INCR', 1, (peer, key) => peer.call('incr', key)),
    title: 'Frozen for 4 s, 2,000 × INCR per second',
    what: 'SIGSTOP of the server for 4 s instead of resets.',
    run: (stage) => countUp(stage, 1, (peer, key) => peer.call('incr', key), freezeOnce),
  },
];

function counting(name: string, what: string, perCall: number, call: CountUp): Row {
  return {
    name,
    title: `Reset every 200–500 ms, 2,000 × ${what} per second`,
    what: 'A proxy, 1 ms away, resets the connection at random moments, which depend on the seed. Each counter is incremented by exactly one call.',
    weight: 4,
    timeoutMs: 60_000,
    maxRepetitions: 2,
    only: withoutBreakers,
    run: (stage) => countUp(stage, perCall, call, resetAgainAndAgain),
  };
}

type CountUp = (peer: Peer, key: string) => Promise<unknown>;
type Break = (stage: Stage, setting: Awaited<ReturnType<typeof proxied>>) => () => void;

const resetAgainAndAgain: Break = (stage, { proxy }) =>
  proxy.resetEvery({ minMs: 200, maxMs: 500, seed: stage.seed });

const freezeOnce: Break = (stage, { server }) => {
  const freeze = setTimeout(() => void server.freeze(), 300 + stage.random() * 500);
  const thaw = setTimeout(() => server.thaw(), 4_800);
  return () => {
    clearTimeout(freeze);
    clearTimeout(thaw);
    server.thaw();
  };
};

async function countUp(
  stage: Stage,
  perCall: number,
  call: CountUp,
  breakIt: Break,
): Promise<{ figures: Figures }> {
  const total = stage.isQuick ? 3_000 : 10_000;
  await using setting = await proxied(stage);
  const settled: (Settled | undefined)[] = Array.from({ length: total });
  setting.proxy.latency(networkMs);
  const stop = breakIt(stage, setting);
  const startedAt = performance.now();
  let longestMs = 0;
  let pending = 0;
  for (let issued = 0; issued < total; await delay(1)) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));
    for (; issued < due; issued++) {
      const index = issued;
      const issuedAt = performance.now();
      const settle = (result: Settled): void => {
        settled[index] = result;
        longestMs = Math.max(longestMs, performance.now() - issuedAt);
        pending--;
      };
      pending++;
      call(setting.peer, `count:${index}`).then(
        (value) => settle({ value: Number(value) }),
        (error: Error) => settle({ error }),
      );
    }
  }
  const giveUpAt = performance.now() + 10_000;
  while (pending > 0 && performance.now() < giveUpAt) await delay(10);
  stop();
  // A command that timed out may still be in the client's queue, and run later.
  await delay(500);
  const counts = await countsOf(setting.server, total);
  return { figures: { ...compare(settled, counts, perCall), awayMaxMs: pending > 0 ? 10_000 : longestMs } };
}

async function countsOf(server: RedisServer, total: number): Promise<number[]> {
  const counts: number[] = [];
  for (let first = 0; first < total; first += 1_000) {
    const keys = Array.from(
      { length: Math.min(1_000, total - first) },
      (_, index) => `count:${first + index}`,
    );
    const values = (await server.command('MGET', ...keys)) as (string | null)[];
    counts.push(...values.map(Number));
  }
  return counts;
}

/** Compares what callers were told with the counts on the server. */
function compare(
  settled: readonly (Settled | undefined)[],
  counts: readonly number[],
  perCall: number,
): Figures {
  const tally = {
    answered: 0,
    failed: 0,
    unsettled: 0,
    duplicates: 0,
    lost: 0,
    wrong: 0,
    ghosts: 0,
    ghostsDenied: 0,
  };
  for (const [index, result] of settled.entries()) {
    const count = counts[index] ?? 0;
    if (count > perCall) tally.duplicates++;
    if (result === undefined) tally.unsettled++;
    else if (result.error === undefined) {
      tally.answered++;
      if (count < perCall) tally.lost++;
      if (result.value !== 1) tally.wrong++;
    } else {
      tally.failed++;
      if (count > 0) tally.ghosts++;
      if (count > 0 && result.error.outcome === 'not-applied') tally.ghostsDenied++;
    }
  }
  return tally;
}
