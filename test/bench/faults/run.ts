// The process that runs one row of the fault table once, with one client. Started by run-once.ts.
import { setTimeout as delay } from 'node:timers/promises';
import { contestantNamed } from './contestants.js';
import { rowNamed } from './rows/all-rows.js';
import type { Findings } from './row.js';
import type { RunMessage, RunOrder } from './run-message.js';
import { createStage } from './stage.js';

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

const order = JSON.parse(process.argv[2] ?? '{}') as RunOrder;
const row = rowNamed(order.row);
const stage = createStage(contestantNamed(row, order.client), order, async (ms) => {
  await say({ kind: 'freeze', ms });
  // The parent process now stops this one with SIGSTOP; when the delay ends, the parent has resumed it.
  await delay(50);
});
try {
  const findings: Findings = await row.run(stage);
  const { figures } = findings;
  // A row that starts processes of its own counts their unhandled errors. Its count replaces the number of unhandled
  // errors in this process.
  const all = { unhandled, ...figures };
  await say({ kind: 'findings', findings: { ...findings, figures: all } });
} catch (error) {
  await say({ kind: 'broken', reason: error instanceof Error ? error.message : String(error) });
}
await Promise.race([stage.clear(), delay(1_000)]);
process.exit(0);

function say(message: RunMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve());
  });
}
