import { startRedis } from '@redis-resilience/testing';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import { httpLoad } from './http-load.js';
import type { Depth, Measurement, Ratio, Verdict } from './measurement.js';

const frameworks = [
  'express',
  'express with an empty middleware',
  'koa',
  'nest',
  'nest with an empty interceptor',
] as const;
const connections = 32;
const leastWithGuard = 0.95;

/** Compares the requests per second of a minimal application with and without the guard. */
export async function measureFrameworks({ rounds, roundMs }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const apps = fork(fileURLToPath(new URL('framework-apps.js', import.meta.url)), [server.url], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const [ports] = (await Promise.race([once(apps, 'message'), failure(once(apps, 'exit'))])) as [
      Record<string, number>,
    ];
    for (const port of Object.values(ports)) await httpLoad(port, connections, 600);
    const rows: string[][] = [];
    const ratios: Ratio[] = [];
    const verdicts: Verdict[] = [];
    for (const framework of frameworks) {
      // Any middleware or interceptor has a cost, so the table compares the guard with none and with an empty
      // one.
      const guarded = `${framework.split(' ')[0]} with guard`;
      const results = await alternate([framework, guarded], 2 * rounds, (name) =>
        serve(apps, ports[name] as number, roundMs / 2),
      );
      const series = (name: string, what: keyof Served): number[] =>
        (results[name] ?? []).map((one) => one[what]);
      const ratio = ratioOf(series(guarded, 'perSecond'), series(framework, 'perSecond'));
      const cost = ratioOf(series(guarded, 'cpuMicros'), series(framework, 'cpuMicros'));
      rows.push([
        framework,
        medianOf(series(framework, 'perSecond')).toFixed(0),
        medianOf(series(guarded, 'perSecond')).toFixed(0),
        ratio.value.toFixed(3),
        medianOf(series(framework, 'cpuMicros')).toFixed(1),
        medianOf(series(guarded, 'cpuMicros')).toFixed(1),
        cost.value.toFixed(3),
      ]);
      ratios.push(
        { name: `guard on ${framework}`, ...ratio, better: 'higher' },
        { name: `CPU of the guard on ${framework}`, ...cost, better: 'lower' },
      );
      if (framework !== 'express') continue;
      verdicts.push({
        target: `${framework} with the guard serves at least ${leastWithGuard} of it without: ${ratio.value.toFixed(3)}`,
        isMet: ratio.value >= leastWithGuard,
      });
    }
    const headings = ['framework', 'requests/s', 'with guard', 'ratio', 'CPU µs', 'with guard', 'ratio'];
    return {
      title: `Frameworks: ${connections} connections, a handler that only answers`,
      headings,
      rows,
      ratios,
      verdicts,
    };
  } finally {
    apps.disconnect();
  }
}

interface Served {
  readonly perSecond: number;
  /**
   * CPU time of the server for one request; of all measurements, other programs on the machine affect this one least.
   */
  readonly cpuMicros: number;
}

async function serve(apps: ChildProcess, port: number, ms: number): Promise<Served> {
  const before = await cpuOf(apps);
  const startedAt = performance.now();
  const perSecond = await httpLoad(port, connections, ms);
  const requests = (perSecond * (performance.now() - startedAt)) / 1_000;
  return { perSecond, cpuMicros: ((await cpuOf(apps)) - before) / requests };
}

async function cpuOf(apps: ChildProcess): Promise<number> {
  const answer = once(apps, 'message');
  apps.send('CPU time');
  const [micros] = (await answer) as [number];
  return micros;
}

async function failure(exit: Promise<unknown[]>): Promise<never> {
  const [code] = await exit;
  throw new Error(`The applications ended with ${String(code)}`);
}
