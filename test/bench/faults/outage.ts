import { setTimeout as delay } from 'node:timers/promises';
import { percentileOf } from '../report/statistics.js';
import { durationOf, type Call, type CallLoop } from './call-loop.js';
import type { Figures } from './figure.js';

/** The times of an outage, on the clock of `performance.now()`. */
export interface Outage {
  readonly faultAt: number;
  /**
   * When the server accepted connections again; equal to `faultAt` if new connections worked all the time.
   */
  readonly backAt: number;
}

/**
 * Time limits: how long a client may take to recover before the table says "never", and how long its calls
 * may take to settle after that.
 */
export interface Patience {
  readonly recoveryMs: number;
  readonly settleMs?: number;
  /** How long the loop goes on issuing calls after the client has recovered. */
  readonly tailMs?: number;
}

const shortTailMs = 700;

/** Waits until calls succeed again, and a little longer for late errors; then returns what callers saw. */
export async function observeOutage(loop: CallLoop, outage: Outage, patience: Patience): Promise<Figures> {
  const { faultAt, backAt } = outage;
  const giveUpAt = performance.now() + patience.recoveryMs;
  let recoveredAt: number | undefined;
  while (performance.now() < giveUpAt) {
    recoveredAt = loop.firstAnswer(faultAt, backAt);
    if (recoveredAt !== undefined) break;
    await delay(5);
  }
  if (recoveredAt !== undefined) await delay(patience.tailMs ?? shortTailMs);
  const calls = await loop.finish(patience.settleMs ?? 3_000);
  return figuresOf(calls, outage, recoveredAt);
}

function figuresOf(
  calls: readonly Call[],
  { faultAt, backAt }: Outage,
  recoveredAt: number | undefined,
): Figures {
  const now = performance.now();
  const since = calls.filter(({ issuedAt }) => issuedAt >= faultAt);
  const awayUntil = Math.max(backAt, recoveredAt ?? now);
  const away = since.filter(({ issuedAt }) => issuedAt < awayUntil);
  const durations = away.map((call) => durationOf(call, now));
  const after = recoveredAt === undefined ? [] : since.filter(({ issuedAt }) => issuedAt > recoveredAt);
  return {
    recoveredMs: recoveredAt === undefined ? null : Math.max(0, recoveredAt - backAt),
    awayP50Ms: percentileOf(durations, 0.5),
    awayP99Ms: percentileOf(durations, 0.99),
    awayMaxMs: durations.length === 0 ? 0 : Math.max(...durations),
    failed: away.filter(({ error }) => error !== undefined).length,
    bareRefusals: since.filter(({ error }) => isBareRefusal(error)).length,
    hangs: since.filter((call) => durationOf(call, now) > 2_000).length,
    unsettled: calls.filter(({ settledAt }) => settledAt === undefined).length,
    errorsAfter: after.filter(({ error }) => error !== undefined).length,
  };
}

function isBareRefusal(error: Error | undefined): boolean {
  return error !== undefined && /^(?:READONLY|LOADING|ERR max number of clients)/.test(error.message);
}
