import { startRedis } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../row.js';
import { bareProcesses, type BareProcess } from '../stacks/bare-process.js';
import { killFor } from './setting.js';

const patienceMs = 8_000;

/** Rows of the fault table about what a client does to an application that has no listener for its errors. */
export const listeners: readonly Row<BareProcess>[] = [
  {
    name: 'no-error-listener',
    title: 'No listener for `error`: killed for 3 s',
    what: 'A separate process sends a GET every 20 ms and handles its errors; the client has no `error` listener. kill -9 of the server.',
    weight: 1,
    timeoutMs: 35_000,
    maxRepetitions: 2,
    stacks: bareProcesses,
    async run(stage) {
      await using server = await startRedis();
      const application = stage.connect({ kind: 'single', host: server.host, port: server.port });
      await until(() => application.lastAnswerAt > 0);
      await delay(500 + stage.random() * 300);
      const { backAt } = await killFor(stage, server, 3_000);
      await until(() => application.hasEnded || application.lastAnswerAt > backAt);
      const recoveredAt = application.lastAnswerAt;
      await delay(700);
      return {
        figures: {
          recoveredMs: recoveredAt > backAt ? recoveredAt - backAt : null,
          ended: application.hasEnded ? 1 : 0,
          printedLines: application.linesPrinted,
          unhandled: application.unhandled,
        },
      };
    },
  },
];

async function until(isSo: () => boolean): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  while (!isSo() && performance.now() < endsAt) await delay(2);
}
