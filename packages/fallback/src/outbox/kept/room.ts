import type { OutboxSettings } from '../outbox-options.ts';
import type { OutboxEntry } from '../write/entry.ts';
import type { WritePlan } from '../write/write-plan.ts';
import type { Growth, KeptWrite, KeptWrites } from './kept-writes.ts';

type Limits = Pick<OutboxSettings, 'maxEntries' | 'maxBytes'>;

/** Whether a write can be added without dropping another one. */
export function hasRoom(writes: KeptWrites, entry: OutboxEntry, plan: WritePlan, limits: Limits): boolean {
  const { maxEntries, maxBytes } = limits;
  if (writes.size < maxEntries && writes.bytes + entry.bytes <= maxBytes) return true;
  const growth = writes.growthBy(entry, plan);
  if (growth.writes <= 0 && growth.bytes <= 0) return true;
  return writes.size + growth.writes <= maxEntries && writes.bytes + growth.bytes <= maxBytes;
}

/**
 * Returns the oldest pending writes that must be dropped before a write can be added; undefined if dropping all of them
 * would not be enough. Writes that the new write replaces are not returned, because they are removed in any case.
 */
export function victimsFor(
  writes: KeptWrites,
  entry: OutboxEntry,
  plan: WritePlan,
  { maxEntries, maxBytes }: Limits,
): readonly KeptWrite[] | undefined {
  if (entry.bytes > maxBytes) return undefined;
  const growth = writes.growthBy(entry, plan);
  const replaced = new Set(growth.replaced);
  const victims: KeptWrite[] = [];
  let count = writes.size + growth.writes;
  let bytes = writes.bytes + growth.bytes;
  const fits = (): boolean => count <= maxEntries && bytes <= maxBytes;
  for (const kept of writes.oldestFirst()) {
    if (fits()) break;
    if (replaced.has(kept)) continue;
    victims.push(kept);
    const freed = freedBy(kept, growth, entry);
    count -= freed.writes;
    bytes -= freed.bytes;
  }
  return fits() ? victims : undefined;
}

// How much room is freed by dropping a pending write. If the new write was to be merged into the dropped write, the new
// write takes room of its own.
function freedBy(kept: KeptWrite, growth: Growth, entry: OutboxEntry): Pick<Growth, 'writes' | 'bytes'> {
  return kept === growth.into
    ? { writes: 0, bytes: kept.entry.bytes + growth.bytes - entry.bytes }
    : { writes: 1, bytes: kept.entry.bytes };
}
