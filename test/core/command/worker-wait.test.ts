import { expect, it } from 'vitest';
import { onSlowPath } from '../../../packages/core/src/command/call.ts';
import { endWait } from '../../../packages/core/src/command/guards/worker-wait.ts';
import { callOf } from './call-of.ts';

it.each([
  ['brpoplpush', ['bull:mails:wait', 'bull:mails:active', '5'], '1'],
  ['bzpopmin', ['bull:mails:marker', '5'], '0.01'],
])('a late %s %j blocks for %s s; Redis 5 knows only whole seconds', (name, args, seconds) => {
  const call = onSlowPath(callOf(name, ...args), { issuedAt: 0, allowedMs: 1_000, blockingMs: 5_000 });
  endWait(call);
  expect(call.command.args.at(-1)).toBe(seconds);
  expect(call.slow.blockingMs).toBe(Number(seconds) * 1000);
});
