import { setTimeout as delay } from 'node:timers/promises';
import { createRandom, freePort } from '@redis-resilience/testing';
import { AppProcess } from './app-process.ts';
import type { DrillOptions } from './drill-options.ts';
import { allFaults } from './faults/all-faults.ts';
import type { Plan } from './plans/plan.ts';
import type { Phase } from './progress.ts';
import { Probes } from './traffic/probes.ts';
import { memoryOf } from './process-memory.ts';
import type { Rehearsal } from './rehearsal.ts';
import { request } from './traffic/request.ts';
import { maskedRequest } from './report/masked.ts';
import { parseRequestTarget, urlOf } from './traffic/request-target.ts';
import { setStage } from './stage.ts';
import { Traffic } from './traffic/traffic.ts';
import { UsageError } from '../usage-error.ts';

const memoryEveryMs = 250;

/**
 * Runs one plan. Starts a Redis, a proxy and the application, sends requests, causes the fault of the plan, repairs it,
 * and measures the recovery. `tell` is called at the start of each phase.
 */
export async function rehearse(
  plan: Plan,
  options: DrillOptions,
  signal: AbortSignal,
  tell: (phase: Phase) => void,
): Promise<Rehearsal> {
  tell('start');
  await using stage = await setStage(plan.fault, options.seed);
  const port = options.port ?? (await freePort());
  const address = { host: '127.0.0.1', port };
  const targets = options.urls.map((text) => parseRequestTarget(text, address, options.allowedHosts));
  await using app = new AppProcess(options.command, { REDIS_URL: stage.url, PORT: String(port) });
  const [first] = targets;
  const base = new URL(first?.url ?? '/', `http://${address.host}:${port}`).origin;
  const answers = async (): Promise<boolean> => {
    if (signal.aborted) return true;
    const url = first === undefined ? base : urlOf({ ...first, method: 'GET' }, () => 0);
    const { status } = await request(url, { method: 'GET', timeoutMs: 1000 });
    if (status === 404 && first?.method === 'GET') {
      throw new UsageError(
        `The application answers 404 to ${maskedRequest(options.urls[0] ?? '/')}. Give a URL that uses Redis with --url.`,
      );
    }
    return status !== undefined;
  };
  await app.waitUntil(answers, options.startTimeoutMs);
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const random = createRandom(options.seed);
  const traffic = new Traffic({
    ...options,
    targets,
    names: options.urls.map(maskedRequest),
    random,
    elapsedMs,
  });
  const probes = new Probes({ base, paths: options.paths, limitMs: plan.thresholds.probeMs, elapsedMs });
  const memory = watchMemory(app, elapsedMs);
  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal }).catch(() => undefined);
  try {
    tell('warm-up');
    await pause(plan.warmUpMs);
    const faultAtMs = elapsedMs();
    tell('fault');
    const lift = await allFaults[plan.fault]({ stage, parameters: plan.parameters, seed: options.seed });
    await pause(plan.faultMs);
    await lift();
    const backAtMs = elapsedMs();
    tell('watch');
    await pause(plan.watchMs);
    const endMs = elapsedMs();
    const appDied = app.hasEnded;
    await Promise.all([traffic.stop(), probes.stop()]);
    const { samples } = traffic;
    return {
      plan,
      samples: samples.toSorted((left, right) => left.atMs - right.atMs),
      probes: probes.samples,
      memory: memory.samples,
      faultAtMs,
      backAtMs,
      endMs,
      usedRedis: stage.proxy.accepted > 0,
      appDied,
    };
  } finally {
    memory.stop();
    await Promise.all([traffic.stop(), probes.stop()]);
  }
}

function watchMemory(
  app: AppProcess,
  elapsedMs: () => number,
): { readonly samples: { atMs: number; mb: number }[]; stop(): void } {
  const samples: { atMs: number; mb: number }[] = [];
  const timer = setInterval(() => {
    if (app.pid === undefined) return;
    void memoryOf(app.pid).then((mb) => {
      if (mb !== undefined) samples.push({ atMs: elapsedMs(), mb });
    });
  }, memoryEveryMs);
  return { samples, stop: () => clearInterval(timer) };
}
