import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '@redis-resilience/testing';
import type { LossWindow } from './check/anomalies.js';
import { machineNow } from './client/order.js';
import type { World, WorldFault } from './worlds/world.js';

/** A fault that has been injected. */
export interface PastFault {
  readonly name: string;
  /** When the servers worked again; undefined if they did not in time. */
  readonly backAt: number | undefined;
  /** The period in which the servers may have lost acknowledged writes. */
  readonly window: LossWindow | undefined;
}

export interface BreakOptions {
  readonly seed: number;
  /** Names of the faults to choose from. */
  readonly faults: readonly string[];
  /** The time at which the clients stop issuing calls. */
  readonly untilMs: number;
  /** Returns a key that clients currently use. */
  readonly keyInUse: (amount: number) => string;
}

/**
 * Replication may lag by up to `lagMs` before a fault, and clients may take up to `followMs` to find a new
 * primary after it.
 */
const lagMs = 500;
const followMs = 2_000;
/** No fault starts later than this many milliseconds before the end. */
const mostMs = 3_500;
/** Time after the last fault for calls that show whether a client has recovered. */
const lookMs = 1_000;

/**
 * Injects one random fault after another, as determined by the seed. If a fault is not over in time, no
 * further one follows.
 */
export async function breakWorld(world: World, options: BreakOptions): Promise<readonly PastFault[]> {
  const { seed, faults, untilMs, keyInUse } = options;
  const random = createRandom(seed);
  const chosen = world.faults.filter(({ name }) => faults.includes(name));
  const past: PastFault[] = [];
  while (chosen.length > 0) {
    await delay(300 + random() * 1_200);
    const fault = chosen[Math.floor(random() * chosen.length)] as WorldFault;
    const [forMs, amount] = [50 + random() * 1_950, random()];
    const startedAt = machineNow();
    if (startedAt + mostMs > untilMs) break;
    const run = fault.run(forMs, amount, keyInUse(amount)).then(() => 'over' as const, notOver);
    const lastMs = untilMs - lookMs - startedAt;
    const end = await Promise.race([run, delay(lastMs, 'late' as const, { ref: false })]);
    const now = machineNow();
    const toMs = end === 'late' ? Infinity : now + followMs;
    const fromMs = fault.losesData === 'all' ? -Infinity : startedAt - lagMs;
    const window = fault.losesData === undefined ? undefined : { fromMs, toMs };
    past.push({ name: fault.name, backAt: end === 'late' ? undefined : now, window });
    if (end === 'late') break;
  }
  return past;
}

/**
 * If a fault fails with an error, for example because the sentinels do not agree in time, the fault counts as over. The
 * run then continues, and the servers are not restored first.
 */
function notOver(): 'over' {
  return 'over';
}
