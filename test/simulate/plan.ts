import { createRandom } from '@redis-resilience/testing';
import { faultKindsOf, type FaultKind } from './faults.ts';
import type { Shape } from './site/site.ts';

/** One fault of a run. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** The start of the fault, in milliseconds since the start of the run. */
  readonly atMs: number;
  readonly forMs: number;
  /** The severity of the fault, from 0 to 1; each kind of fault interprets it differently. */
  readonly amount: number;
}

/** Everything that determines a run. */
export interface Plan {
  readonly seed: number;
  readonly untilMs: number;
  readonly shape: Shape;
  /** Whether the server keeps its data when it is killed. */
  readonly isPersistent: boolean;
  readonly faults: readonly PlannedFault[];
}

/** No fault starts in this time at the beginning of a run. */
const quietMs = 1_500;
/** Time after the last fault in which everything must recover, in milliseconds. */
export const recoveryMs = 12_000;

/** A single server is twice as frequent as the others, because it is the most common setup. */
const shapes: readonly Shape[] = ['single', 'sentinel', 'single', 'databases'];

/** Creates the plan for a seed: faults in sequence, sometimes two at a time, with or without pauses between them. */
export function planOf(seed: number, seconds: number): Plan {
  const random = createRandom(seed * 7919);
  const untilMs = seconds * 1_000;
  const shape = shapes[seed % shapes.length] as Shape;
  const kinds = faultKindsOf(shape);
  const faults: PlannedFault[] = [];
  for (let atMs = quietMs + random() * 1_000; atMs < untilMs - recoveryMs;) {
    const fault = faultAt(atMs, kinds, random);
    faults.push(fault);
    if (random() < 0.2) faults.push(faultAt(atMs + random() * fault.forMs, kinds, random));
    atMs += fault.forMs + (random() < 0.4 ? random() * 500 : 1_000 + random() * 5_000);
  }
  const inTime = faults.filter(({ atMs, forMs }) => atMs + forMs <= untilMs - recoveryMs);
  const inOrder = inTime.toSorted((left, right) => left.atMs - right.atMs);
  return { seed, untilMs, shape, isPersistent: random() < 0.8, faults: inOrder.filter(isAlone) };
}

/** Whether no earlier fault of the same kind is still active; otherwise, the end of one would also end the other. */
function isAlone({ kind, atMs }: PlannedFault, index: number, all: readonly PlannedFault[]): boolean {
  return !all.slice(0, index).some((other) => other.kind === kind && other.atMs + other.forMs >= atMs);
}

function faultAt(atMs: number, kinds: readonly FaultKind[], random: () => number): PlannedFault {
  const kind = kinds[Math.floor(random() * kinds.length)] as FaultKind;
  const isLong = random() < 0.25;
  const forMs = Math.round(isLong ? 2_000 + random() * 6_000 : 10 + random() * 1_200);
  return { kind, atMs: Math.round(atMs), forMs, amount: Math.round(random() * 1000) / 1000 };
}
