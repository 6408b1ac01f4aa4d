import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { ActionGate } from '../../../packages/telemetry/src/status-page/action-gate.ts';

it('authorize looks at 20 requests at most at once; others are refused, not waited for', async () => {
  let asked = 0;
  const answers: ((isAllowed: boolean) => void)[] = [];
  const gate = new ActionGate(() => {
    asked += 1;
    return new Promise((resolve) => answers.push(resolve));
  });
  const request = { headers: { host: 'localhost' } } as IncomingMessage;
  const waiting = Array.from({ length: 20 }, () => gate.tokenFor(request));
  expect(await gate.tokenFor(request)).toBeNull();
  expect(asked).toBe(20);
  for (const answer of answers) answer(true);
  expect(await Promise.all(waiting)).not.toContain(null);
  const late = gate.tokenFor(request);
  answers.at(-1)?.(false);
  expect(await late).toBeNull();
});
