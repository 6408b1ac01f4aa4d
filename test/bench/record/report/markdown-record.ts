import { grouped } from './grouped.js';
import { describeMachine, type Machine } from '../../report/machine.js';
import { markdownTable } from '../../report/text-table.js';
import type { PeerKind } from '../../faults/peers/peer.js';
import { headings, rowsOf } from './record-table.js';
import type { Result } from './results.js';
import type { WorldKind } from '../worlds/world.js';

export interface RecordFacts {
  readonly machine: Machine;
  readonly worlds: readonly WorldKind[];
  readonly clients: readonly PeerKind[];
  readonly results: readonly Result[];
}

/** RECORD.md: what the clients saw under faults, checked. */
export function markdownRecord({ machine, worlds, clients, results }: RecordFacts): string {
  const here = worlds.filter(({ name }) => results.some(({ world }) => world === name));
  return `# The record

Two processes of each client issued calls while real servers and their network broke at random, all clients at once, so
that each met the same faults at the same moment. Everything that they saw was recorded and checked by
\`@redis-resilience/testing/history\`: whether one order of all calls explains every answer.

![Anomalies of each client](record.svg)

Made on: ${describeMachine(machine)}.

\`npm run record\` does all of this in 15 minutes, with seed 1; \`-- --seed 2\` with other faults. These figures were made by:

\`\`\`sh
${commandsFor(results).join('\n')}
\`\`\`

${here.map((world) => sectionOf(world, results)).join('\n\n')}

## What is counted

- **lost**: a write was acknowledged, and is not there at the end. **lost by the servers**: the same, while a primary was
  lost before it had replicated; no client can prevent that, and it is no anomaly of the client.
- **ran twice**: one call changed the data more than once; keys whose answers only that explains count too.
- **another's answer**: a call got the value of another key.
- **stale**: keys of which something older was read than had to be. **went back**: keys that went back to a state before an
  acknowledged write. **unexplained**: keys whose history nothing explains; where the check was not decided in time, their
  number.
- **never settled**: calls that were still open 10 s after the last fault.
- **wrong outcome**: calls that failed with the proof that they had not run, and had.
- **recovery**: from the end of a fault until every process had an answer to a call that it issued since. It and the longest
  wait compare the clients with each other: all of them shared one busy machine, on which everything takes longer.
  [FAULTS.md](FAULTS.md) has the times of each client by itself.

## Where less is promised

- Sentinel and Cluster replicate after they have answered. While a primary is lost, from half a second before the fault
  until 2 s after its end, what was acknowledged may be gone and what was read may come from either primary (the contract
  \`primaryLost\`). Everything before and after is checked in full, across the fault too.
- A server without persistence is empty after a restart: everything that it acknowledged before may be gone. What is left to
  check there is that no call hangs, gets the answer of another one, or says wrongly that it did not run.
- Two databases that share nothing have a history each. A call that was under way while another database came into use may
  have run in either; its answer proves nothing, and a write that is found in both counts as one that ran twice.

## The clients

${clients.map(({ label, setup }) => `- **${label}**: ${setup}.`).join('\n')}
`;
}

function commandsFor(results: readonly Result[]): readonly string[] {
  const groups = grouped(results, ({ seed, seconds }) => `${seed} ${seconds}`);
  return [...groups.values()].map((own) => {
    const names = [...new Set(own.map(({ world }) => world))];
    const [{ seed, seconds } = { seed: 1, seconds: 0 }] = own;
    const minutes = Math.round((seconds * names.length) / 60);
    return `npm run record -- --minutes ${minutes} --seed ${seed} --worlds ${names.join(',')}`;
  });
}

function sectionOf(world: WorldKind, results: readonly Result[]): string {
  const own = results.filter((result) => result.world === world.name);
  const faults = own.flatMap(({ outcome }) => (outcome.kind === 'recorded' ? [outcome.figures.faults] : []));
  const seeds = [...new Set(own.map(({ seed }) => seed))];
  const most = new Map<number, readonly string[]>();
  for (const { seed, outcome } of own)
    if (outcome.kind === 'recorded') most.set(seed, outcome.figures.faults);
  const count = [...most.values()].flat().length;
  const names = [...new Set(faults.flat())].toSorted().join(', ');
  const heading = `## ${world.label.charAt(0).toUpperCase()}${world.label.slice(1)}`;
  const word = seeds.length === 1 ? 'seed' : 'seeds';
  const lead = `${count} faults, ${word} ${listed(seeds)}: ${names}.`;
  return `${heading}\n\n${lead}\n\n${markdownTable(headings, rowsOf(own))}`;
}

function listed(numbers: readonly number[]): string {
  return new Intl.ListFormat('en', { style: 'long' }).format(numbers.map(String)).replace(', and', ' and');
}
