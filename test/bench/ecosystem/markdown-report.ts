import { describeMachine, type Machine } from '../report/machine.js';
import { markdownTable } from '../report/text-table.js';
import { faults } from './fault.js';
import { headings } from './table.js';

/** The table as a page of the documentation. */
export function markdownReport(lines: readonly (readonly string[])[], machine: Machine): string {
  return `# The libraries on top, through outages

Written by \`npm run ecosystem\`. Each library runs in a process of its own, on a Redis of its own, in up to three ways: on plain ioredis (connect-redis, Keyv, the caches and redis-om: on node-redis, which they ask for), on the protected client as it is (for those: on the [client of node-redis in front of it](../node-redis/README.md)), and by the helper that the [guide](README.md) documents. What is done to Redis:

${faults.map(({ name, says }) => `- **${name}**: ${says}`).join('\n')}

The columns: calls that took more than 2 s or never ended, unhandled rejections, work that was accepted and lost, work that was done twice, each summed over all faults; the largest share of one core used while Redis was away; the time from the moment that Redis was back until the last part of the library did its first work; how long closing took while Redis was away; and whether the process ended by itself. Times grow with the load of the machine. A queue does a job twice when its lock, 2 s here, ended while Redis was away: at least once is what BullMQ and Bull promise.

${markdownTable(headings, lines)}

${describeMachine(machine)}
`;
}
