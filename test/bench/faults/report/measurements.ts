import { describeMachine, type Machine } from '../../report/machine.js';
import type { KeptRow } from './kept-rows.js';

/**
 * Describes when and on which machine the figures were measured: one line for each combination of seed, day
 * and machine, with the titles of its rows.
 */
export function measurements(kept: readonly KeptRow[]): string[] {
  const groups: { machine: Machine; seed: number; titles: string[] }[] = [];
  for (const { machine, seed, summary } of kept) {
    const group = groups.find((each) => each.seed === seed && isSame(each.machine, machine));
    if (group === undefined) groups.push({ machine, seed, titles: [summary.title] });
    else {
      group.machine = { ...machine, packages: { ...group.machine.packages, ...machine.packages } };
      group.titles.push(summary.title);
    }
  }
  const [largest] = groups.toSorted((left, right) => right.titles.length - left.titles.length);
  return groups.map((group) => {
    const machine = `${describeMachine(group.machine)} · seed ${group.seed}`;
    if (groups.length === 1) return machine;
    return `- ${machine}: ${group === largest ? 'all rows but those of the other lines' : group.titles.join('; ')}`;
  });
}

/** Whether two rows were run on the same day, on the same machine, with the same versions. */
function isSame(left: Machine, right: Machine): boolean {
  const { packages: ofLeft, ...leftMachine } = left;
  const { packages: ofRight, ...rightMachine } = right;
  if (JSON.stringify(leftMachine) !== JSON.stringify(rightMachine)) return false;
  return Object.entries(ofLeft).every(([name, version]) => (ofRight[name] ?? version) === version);
}
