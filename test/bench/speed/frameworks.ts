import { startRedis } from '@redis-resilience/testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import { httpLoad } from './http-load.js';
import type { Depth, Measurement, Ratio, Verdict } from './measurement.js';

const frameworks = ['express', 'koa', 'nest', 'nest with an empty interceptor'] as const;
const connections = 32;
const leastWithGuard = 0.95;

/** Requests per second of the same application with and without the guard; nothing else happens in it. */
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
      // In Nest any interceptor costs, an empty one too: the guard stands beside both.
      const guarded = `${framework.split(' ')[0]} with guard`;
      const results = await alternate([framework, guarded], rounds, (name) =>
        httpLoad(ports[name] as number, connections, roundMs),
      );
      const ratio = ratioOf(results[guarded] ?? [], results[framework] ?? []);
      rows.push([
        framework,
        medianOf(results[framework] ?? []).toFixed(0),
        medianOf(results[guarded] ?? []).toFixed(0),
        ratio.value.toFixed(3),
      ]);
      ratios.push({ name: `guard on ${framework}`, ...ratio, better: 'higher' });
      if (framework !== 'express') continue;
      verdicts.push({
        target: `${framework} with the guard serves at least ${leastWithGuard} of it without: ${ratio.value.toFixed(3)}`,
        isMet: ratio.value >= leastWithGuard,
      });
    }
    const headings = ['framework', 'requests/s', 'with guard', 'ratio'];
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

async function failure(exit: Promise<unknown[]>): Promise<never> {
  const [code] = await exit;
  throw new Error(`The applications ended with ${String(code)}`);
}
