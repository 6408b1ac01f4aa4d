import type { ServerFacts } from '@redis-resilience/doctor';

/**
 * Describes a server in one line, such as `Redis 7.4.1, primary, round trip 0.2 ms, memory 1.2 MB without limit`. The
 * line starts with the server's address unless `isAlone`; it is empty if no fact is known.
 */
export function describeServer(facts: ServerFacts, isAlone: boolean): string {
  const { address, version, role, roundTripMs, usedMemoryBytes } = facts;
  const parts = [
    version,
    role,
    roundTripMs === undefined ? undefined : `round trip ${roundTripMs.toFixed(1)} ms`,
    usedMemoryBytes === undefined ? undefined : `memory ${megabytes(usedMemoryBytes)} ${limitOf(facts)}`,
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return '';
  return isAlone ? parts.join(', ') : `${address}: ${parts.join(', ')}`;
}

function limitOf({ maxMemoryBytes }: ServerFacts): string {
  if (maxMemoryBytes === undefined) return 'in use';
  return maxMemoryBytes === 0 ? 'without limit' : `of ${megabytes(maxMemoryBytes)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
