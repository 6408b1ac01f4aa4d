import { keySlot, type ClusterGroup, type RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { percentileOf } from '../../../report/statistics.js';
import { durationOf, type Call } from '../../call-loop.js';
import type { Figures } from '../../figure.js';

/** The measurements divide the slots into this many groups of consecutive slots. */
const groups = 16;
const slotsPerGroup = 16_384 / groups;
const keys = keysOfAllGroups();
const slots = keys.map((key) => keySlot(key));

/**
 * The deadline of a call for this project and for ioredis as the guides configure it; `lateMs` adds tolerance
 * for a busy machine.
 */
const deadlineMs = 1_000;
const lateMs = 1_100;

/**
 * `backAt` is the time at which a replica was promoted. `isAway`: whether a slot is affected by the fault.
 * `isUnserved`: whether no node serves an affected slot between the fault and `backAt`. `wasRefused` tells whether the
 * owner of a slot rejected all calls during a period.
 */
export function figuresOf(
  calls: readonly Call[],
  { faultAt, backAt, isUnserved = false }: Spell,
  isAway: (slot: number) => boolean,
  wasRefused: (slot: number, from: number, until: number) => boolean = () => false,
): Figures {
  const now = performance.now();
  const since = calls
    .map((call, index) => ({ call, slot: slots[index % slots.length] ?? 0 }))
    .filter(({ call }) => call.issuedAt >= faultAt);
  const firstAnswers = Array.from({ length: groups }, (_, group) => {
    const own = since.filter(({ call, slot }) => Math.floor(slot / slotsPerGroup) === group && !call.error);
    const answered = own.map(({ call }) => call.settledAt ?? Infinity).filter((at) => at >= backAt);
    return Math.min(...answered, Infinity);
  });
  const recoveredAt = Math.max(...firstAnswers);
  const failed = since.filter(({ call }) => call.error !== undefined);
  const durations = since.map(({ call }) => durationOf(call, now));
  return {
    lastRecoveredMs: recoveredAt === Infinity ? null : recoveredAt - backAt,
    awayP50Ms: percentileOf(durations, 0.5),
    awayP99Ms: percentileOf(durations, 0.99),
    failed: failed.length,
    failedOrLate: since.filter(({ call }) => call.error !== undefined || durationOf(call, now) > lateMs)
      .length,
    ...(isUnserved
      ? {
          outOfReach: since.filter(({ call, slot }) => isAway(slot) && call.issuedAt < backAt - deadlineMs)
            .length,
        }
      : {}),
    bystanders: failed.filter(
      ({ call, slot }) => !isAway(slot) && !wasRefused(slot, call.issuedAt, call.settledAt ?? now),
    ).length,
    errorsAfter: failed.filter(({ call }) => call.issuedAt > recoveredAt).length,
    unsettled: since.filter(({ call }) => call.settledAt === undefined).length,
  };
}

/** The beginning and the end of a fault. */
interface Spell {
  readonly faultAt: number;
  readonly backAt: number;
  readonly isUnserved?: boolean | undefined;
}

/** Returns the current owner of each slot. */
export async function ownersOf(cluster: ClusterGroup): Promise<ReadonlyMap<number, RedisServer>> {
  const owners = new Map<number, RedisServer>();
  for (const slot of slots) owners.set(slot, await cluster.primaryOf(slot));
  return owners;
}

/** Returns a function that tells whether `node` owns a slot at this moment. */
export async function slotsOf(cluster: ClusterGroup, node: RedisServer): Promise<(slot: number) => boolean> {
  const owners = await ownersOf(cluster);
  return (slot) => owners.get(slot) === node;
}

/** Resolves with the time at which a replica was promoted in place of this node. */
export async function promotionOf(cluster: ClusterGroup, victim: RedisServer): Promise<number> {
  for (;;) {
    for (const node of cluster.nodes.slice(cluster.nodes.length / 2)) {
      const role = await node.command('ROLE').catch(() => undefined);
      if (node !== victim && Array.isArray(role) && role[0] === 'master') return performance.now();
    }
    await delay(3);
  }
}

/** Several keys from each group of slots, ordered by group. */
function keysOfAllGroups(): readonly string[] {
  const perGroup = 8;
  const found: string[][] = Array.from({ length: groups }, () => []);
  for (let index = 0; found.some(({ length }) => length < perGroup); index++) {
    const key = `key:${index}`;
    const own = found[Math.floor(keySlot(key) / slotsPerGroup)] as string[];
    if (own.length < perGroup) own.push(key);
  }
  return Array.from({ length: perGroup }, (_, index) => found.map((own) => own[index] as string)).flat();
}

/** Returns the key for a call; consecutive calls use consecutive groups of slots. */
export function keyOf(index: number): string {
  return keys[index % keys.length] as string;
}
