import { setTimeout as delay } from 'node:timers/promises';
import { percentileOf } from '../report/statistics.js';
import { durationOf, type Call, type CallLoop } from './call-loop.js';
import type { Figures } from './figure.js';

/** An outage as it was made, on the clock of `performance.now()`. */
export interface Outage {
  readonly faultAt: number;
  /** When the server answers others again; the moment of the fault where new connections work all the time. */
  readonly backAt: number;
}

/** How long a client is given to come back before it counts as "never", and what calls are given to settle. */
export interface Patience {
  readonly recoveryMs: number;
  readonly settleMs?: number;
  /** For how long calls go on after that. */
  readonly tailMs?: number;
}

const shortTailMs = 700;

/** Waits until the loop is answered again, and a little longer for errors that come late; then tells what callers saw. */
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
