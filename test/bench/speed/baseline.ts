import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Machine } from '../report/machine.js';
import type { Ratio } from './measurement.js';

/** The committed ratios, and the machine on which they were measured. */
interface Baseline {
  readonly machine: Machine;
  readonly ratios: Readonly<Record<string, { readonly value: number; readonly spread: number }>>;
}

const file = fileURLToPath(new URL('../../baseline.json', import.meta.url));
/** On an idle machine, the results of different rounds differ by about this share. */
const leastNoise = 0.1;

/** A ratio of this run, and the committed ratio. */
export interface Comparison {
  readonly name: string;
  readonly before: number;
  readonly now: number;
  /** The share by which a ratio may get worse before it counts as a loss. */
  readonly noise: number;
  readonly isLoss: boolean;
}

/** Updates the committed ratios; those that were not measured keep their values. */
export function updateBaseline(ratios: readonly Ratio[], machine: Machine): void {
  const before = readBaseline()?.ratios ?? {};
  const round = (value: number): number => Math.round(value * 1_000) / 1_000;
  const own = Object.fromEntries(
    ratios.map(({ name, value, spread }) => [name, { value: round(value), spread: round(spread) }]),
  );
  const baseline: Baseline = { machine, ratios: { ...before, ...own } };
  writeFileSync(file, `${JSON.stringify(baseline, undefined, 2)}\n`);
}

/** @throws Error when there are no committed ratios */
export function compareWithBaseline(ratios: readonly Ratio[]): Comparison[] {
  const baseline = readBaseline();
  if (!baseline) throw new Error('There is no baseline yet: run `npm run bench -- --update`');
  return ratios.flatMap(({ name, value, spread, better }) => {
    const committed = baseline.ratios[name];
    if (!committed) return [];
    const noise = Math.max(leastNoise, 3 * Math.max(spread, committed.spread));
    const isLoss =
      better === 'higher' ? value < committed.value * (1 - noise) : value > committed.value * (1 + noise);
    return [{ name, before: committed.value, now: value, noise, isLoss }];
  });
}

function readBaseline(): Baseline | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Baseline;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
