import { describeMachine, type Machine } from '../report/machine.js';
import { markdownTable } from '../report/text-table.js';
import { headings, rowsOf } from './record-table.js';
import type { Run } from './run.js';
import type { WorldKind } from './worlds/world.js';

export interface RecordFacts {
  readonly machine: Machine;
  readonly seed: number;
  readonly faultSeconds: number;
  readonly worlds: readonly WorldKind[];
  readonly runs: readonly Run[];
}

/** RECORD.md: what the clients saw under faults, checked. */
export function markdownRecord({ machine, seed, faultSeconds, worlds, runs }: RecordFacts): string {
  const clients = [...new Set(runs.map(({ client }) => client))];
  return `# The record

Two processes of each client issued calls while real servers and their network broke at random, for ${Math.round(faultSeconds)} s in
each world, with the same seed for each client. Everything that they saw was recorded and checked by
\`@redis-resilience/testing/history\`: whether one order of all calls explains every answer.

![Anomalies of each client](record.svg)

Made by \`npm run record\` on: ${describeMachine(machine)}, seed ${seed}. Another seed: \`npm run record -- --seed 2\`.

${worlds.map((world) => sectionOf(world, runs)).join('\n\n')}

## What is counted

- **lost**: a write was acknowledged, and is not there at the end. **lost by the servers**: the same, while a primary was
  lost before it had replicated; no client can prevent that.
- **ran twice**: one call changed the data more than once.
- **another's answer**: a call got the value of another key.
- **stale**: keys of which something older was read than had to be. **unexplained**: keys whose history nothing explains,
  such as a counter that counted a call twice; where the check was not decided after 20 s, their number.
- **never settled**: calls that were still open 10 s after the last fault.
- **wrong outcome**: calls that failed with the proof that they had not run, and had.
- **recovery**: from the end of a fault until every process had an answer again.

## The clients

${clients.map(({ label, setup }) => `- **${label}**: ${setup}.`).join('\n')}
`;
}

function sectionOf(world: WorldKind, runs: readonly Run[]): string {
  const faults = new Set(
    runs.flatMap((run) =>
      run.world === world && run.outcome.kind === 'recorded' ? run.outcome.figures.faults : [],
    ),
  );
  const heading = `## ${world.label.charAt(0).toUpperCase()}${world.label.slice(1)}`;
  return `${heading}\n\nFaults: ${[...faults].toSorted().join(', ')}.\n\n${markdownTable(headings, rowsOf(runs, world))}`;
}
