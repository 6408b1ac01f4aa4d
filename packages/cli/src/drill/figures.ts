import { isOfDatabases } from './faults/fault-name.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { ProbeName, ProbeSample } from './traffic/probes.ts';

/** The measurements of one run of a plan. Requests that ended before the fault began are not counted. */
export interface Figures {
  readonly requests: number;
  readonly failed: number;
  readonly refused: number;
  /**
   * Number of error responses which say that the request may have been carried out, and which do not count as failures.
   */
  readonly unknown: number;
  readonly failedRatio: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Duration of the longest request. */
  readonly hangMs: number;
  /**
   * Time from the repair of the fault to the end of the last request that did not succeed. Only requests that began
   * after the repair count; 0 if all of these succeeded.
   */
  readonly recoveryMs: number;
  /** Whether a request that began in the last 300 ms of the run failed, was refused or had an unknown outcome. */
  readonly neverRecovered: boolean;
  /** Time from the repair of the fault until the health endpoint was healthy; undefined without such an endpoint. */
  readonly healthRecoveryMs: number | undefined;
  readonly readiness: string;
  readonly liveness: string;
  readonly slowestProbeMs: number;
  readonly livenessFailures: number;
  readonly memoryGrowthMb: number | undefined;
  readonly usedRedis: boolean;
  readonly appDied: boolean;
}

const settledMs = 300;

/** Computes the figures of one run. */
export function figuresOf(rehearsal: Rehearsal): Figures {
  const { samples, probes, memory, faultAtMs, backAtMs, endMs, appDied } = rehearsal;
  // A request that ended before the fault began says nothing about the fault.
  const counted = samples.filter(({ atMs, durationMs }) => atMs + durationMs >= faultAtMs);
  const failed = counted.filter(({ result }) => result === 'failed');
  const durations = counted.map(({ durationMs }) => durationMs).toSorted((left, right) => left - right);
  const bad = counted.filter(({ result }) => result !== 'ok');
  const badAfter = bad.filter(({ atMs }) => atMs >= backAtMs);
  const lastBadMs = Math.max(backAtMs, ...badAfter.map(({ atMs, durationMs }) => atMs + durationMs));
  const neverRecovered = badAfter.some(({ atMs }) => atMs >= endMs - settledMs);
  const watched = probes.filter(({ probe, atMs }) => probe !== 'health' && atMs >= faultAtMs);
  return {
    requests: counted.length,
    failed: failed.length,
    refused: counted.filter(({ result }) => result === 'refused').length,
    unknown: counted.filter(({ result }) => result === 'unknown').length,
    failedRatio: counted.length === 0 ? 1 : failed.length / counted.length,
    p50Ms: percentile(durations, 0.5),
    p99Ms: percentile(durations, 0.99),
    hangMs: Math.round(durations.at(-1) ?? 0),
    recoveryMs: Math.round(lastBadMs - backAtMs),
    neverRecovered,
    healthRecoveryMs: healthRecovery(probes, backAtMs, endMs, isOfDatabases(rehearsal.plan.fault)),
    readiness: behaviour(probes, 'readiness', faultAtMs),
    liveness: behaviour(probes, 'liveness', faultAtMs),
    slowestProbeMs: Math.round(Math.max(0, ...watched.map(({ durationMs }) => durationMs))),
    livenessFailures: watched.filter(({ probe, verdict }) => probe === 'liveness' && isBad(verdict)).length,
    memoryGrowthMb: growth(memory, faultAtMs),
    usedRedis: rehearsal.usedRedis,
    appDied,
  };
}

function percentile(sorted: readonly number[], share: number): number {
  const index = Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1);
  return Math.round(sorted[Math.max(0, index)] ?? 0);
}

function healthRecovery(
  probes: readonly ProbeSample[],
  backAtMs: number,
  endMs: number,
  isWarningWell: boolean,
): number | undefined {
  const looks = probes.filter(({ probe }) => probe === 'health');
  if (looks.length === 0) return undefined;
  // While the second database is in use, the health endpoint reports `warn`, because the first one is preferred.
  const lastBad = looks.findLast(({ verdict }) => (isWarningWell ? isBad(verdict) : verdict !== 'ok'));
  if (lastBad === undefined) return 0;
  const next = looks.find(({ atMs }) => atMs > lastBad.atMs);
  return Math.max(0, Math.round((next?.atMs ?? endMs) - backAtMs));
}

function behaviour(probes: readonly ProbeSample[], name: ProbeName, faultAtMs: number): string {
  const looks = probes.filter(({ probe, atMs }) => probe === name && atMs >= faultAtMs);
  if (looks.length === 0) return 'no such endpoint';
  const bad = looks.filter(({ verdict }) => isBad(verdict)).length;
  const slowest = Math.round(Math.max(...looks.map(({ durationMs }) => durationMs)));
  return bad === 0
    ? `answered every time, within ${slowest} ms`
    : `${bad} of ${looks.length} failed or came too late, slowest ${slowest} ms`;
}

function isBad(verdict: ProbeSample['verdict']): boolean {
  return verdict === 'fail' || verdict === 'silent';
}

function growth(memory: Rehearsal['memory'], faultAtMs: number): number | undefined {
  const before = memory.findLast(({ atMs }) => atMs <= faultAtMs) ?? memory[0];
  if (before === undefined) return undefined;
  return Math.max(0, ...memory.filter(({ atMs }) => atMs > faultAtMs).map(({ mb }) => mb)) - before.mb;
}
