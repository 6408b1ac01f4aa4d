import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startRedis } from '@redis-resilience/testing';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import type { Depth, Measurement } from './measurement.js';

const kinds = ['bare', 'ours'] as const;

/**
 * Measures the time from the start of a process to its first response with data from Redis, with plain and with
 * protected ioredis.
 */
export async function measureColdStart({ rounds }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const times = await alternate(kinds, Math.max(5, rounds), (kind) => firstAnswerMs(kind, server.url));
  const ratio = ratioOf(times.ours, times.bare);
  const moreMs = medianOf(times.ours.map((time, round) => time - (times.bare[round] as number)));
  return {
    title: 'Cold start: from `node app.js` to the first answered request',
    headings: ['ioredis, ms', 'Redis Resilience, ms', 'ratio', 'more, ms'],
    rows: [
      [
        medianOf(times.bare).toFixed(0),
        medianOf(times.ours).toFixed(0),
        ratio.value.toFixed(2),
        moreMs.toFixed(0),
      ],
    ],
    ratios: [{ name: 'cold start', ...ratio, better: 'lower' }],
    verdicts: [],
  };
}

async function firstAnswerMs(kind: (typeof kinds)[number], url: string): Promise<number> {
  const startedAt = performance.now();
  const app = fork(fileURLToPath(new URL('cold-start-app.js', import.meta.url)), [kind, url], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(app, 'exit');
  try {
    const [port] = (await once(app, 'message')) as [number];
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    await answer.text();
    if (!answer.ok) throw new Error(`The application of ${kind} answered ${answer.status}`);
    return performance.now() - startedAt;
  } finally {
    if (app.connected) app.disconnect();
    await ended;
  }
}
