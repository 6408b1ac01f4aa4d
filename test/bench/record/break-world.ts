import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '@redis-resilience/testing';
import type { LossWindow } from './check/anomalies.js';
import { machineNow } from './client/order.js';
import type { World, WorldFault } from './worlds/world.js';

/** A fault that was. */
export interface PastFault {
  readonly name: string;
  /** When it was over; undefined if it was not in time. */
  readonly backAt: number | undefined;
  /** When the servers may have lost what they acknowledged. */
  readonly window: LossWindow | undefined;
}

export interface BreakOptions {
  readonly seed: number;
  /** Names of the faults to draw from. */
  readonly faults: readonly string[];
  /** When no more calls are issued. */
  readonly untilMs: number;
  /** A key that clients use now. */
  readonly keyInUse: (amount: number) => string;
}

/** Replication may lag that much behind before a fault, and clients follow that much later. */
const lagMs = 500;
const followMs = 2_000;
/** No fault begins so shortly before the end. */
const mostMs = 3_500;
/** For calls that show whether a client is back from the last fault. */
const lookMs = 1_000;

/** Breaks the world again and again, as the seed says. One that does not end in time is the last. */
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

/** Such as when sentinels do not agree in time. The world goes on as it is. */
function notOver(): 'over' {
  return 'over';
}
