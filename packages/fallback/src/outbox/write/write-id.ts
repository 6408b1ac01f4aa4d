import type { Clock, Random } from '@redis-resilience/core';

/** Returns a new id for a write, unique across all processes. */
export function newWriteId({ clock, random }: { readonly clock: Clock; readonly random: Random }): string {
  const chance = (): string => Math.floor(random() * 2 ** 48).toString(36);
  return `${Math.round(clock.wallNow()).toString(36)}-${chance()}${chance()}`;
}
