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

/** Returns the content of RECORD.md: what the clients saw during faults, and the result of the check. */
export function markdownRecord({ machine, worlds, clients, results }: RecordFacts): string {
  const here = worlds.filter(({ name }) => results.some(({ world }) => world === name));
  return `# The record

Two processes of each client issued calls while real servers and their network broke at random. All clients ran at the
same time, so that each met the same faults at the same moment. All calls and replies were recorded, and
\`@redis-resilience/testing/history\` checked whether one order of all calls explains every reply.

![Anomalies of each client](record.svg)

Made on: ${describeMachine(machine)}.

\`npm run record\` repeats these measurements in 15 minutes, with seed 1; \`-- --seed 2\` causes other faults. These commands produced the
figures:

\`\`\`sh
${commandsFor(results).join('\n')}
\`\`\`

${here.map((world) => sectionOf(world, results)).join('\n\n')}

## What is counted

- **lost**: a write was acknowledged, but is missing at the end. **lost by the servers**: an acknowledged write is missing,
  because a primary was lost before it had replicated the write; no client can prevent that, so such a write is not an
  anomaly of the client.
- **ran twice**: one call changed the data more than once, or nothing else explains the replies for a key.
- **another's answer**: a call got the value of another key.
- **stale**: keys from which a call read an older value than it should have. **went back**: keys that returned to a state
  before an acknowledged write. **unexplained**: keys whose history no order of calls explains. \`undecided\`: keys whose
  check did not end in time.
- **never settled**: calls that had neither succeeded nor failed 10 s after the last fault.
- **wrong outcome**: calls that failed with an error that says that they did not run, although they did.
- **recovery**: from the end of a fault until every process had a reply to a call that it issued after the fault. Recovery and
  the longest wait only serve to compare the clients: all of them shared one busy machine, on which everything takes longer.
  [FAULTS.md](FAULTS.md) has the times of each client on its own.

## Where less is guaranteed

- Sentinel and Cluster acknowledge a write before they replicate it. The check
  therefore accepts that acknowledged writes are missing, and that reads come from the old primary or the new one, from
  0.5 s before a fault that can lose a primary until 2 s after its end. The testing kit calls this rule \`primaryLost\`. All
  calls before and after this time are checked in full.
- A server without persistence is empty after a restart: everything that it acknowledged before may be lost. For
  such a server, the check covers only calls that hang, that get the reply to another call, or that fail and wrongly say
  that they did not run.
- Two databases that share nothing have separate histories. A call that was in flight while another database came into use
  may have run in either; its reply proves nothing, and a write that is found in both counts as one that ran twice.

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
