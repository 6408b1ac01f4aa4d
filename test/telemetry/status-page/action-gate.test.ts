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

it('authorize that never answers refuses after 5 s, and is asked no more than 20 times', async () => {
  let asked = 0;
  const answers: (() => void)[] = [];
  const gate = new ActionGate(() => {
    asked += 1;
    return new Promise((_resolve, reject) => answers.push(() => reject(new Error('the database is away'))));
  });
  const request = { headers: { host: 'localhost' } } as IncomingMessage;
  const waiting = Array.from({ length: 20 }, () => gate.tokenFor(request));
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([null]));
  expect(await gate.tokenFor(request)).toBeNull();
  expect(asked).toBe(20);

  for (const answer of answers) answer();
  await Promise.resolve();
  void gate.tokenFor(request);
  expect(asked).toBe(21);
}, 15_000);
