import { expect, it } from 'vitest';
import { onSlowPath } from '../../../packages/core/src/command/call.ts';
import { endWait } from '../../../packages/core/src/command/guards/worker-wait.ts';
import { callOf } from './call-of.ts';

it.each([
  [
    'brpoplpush',
    ['bull:mails:wait', 'bull:mails:active', '5'],
    ['rpoplpush', 'bull:mails:wait', 'bull:mails:active'],
  ],
  ['bzpopmin', ['bull:mails:marker', '5'], ['zscore', 'bull:mails:marker', '']],
])('a late %s %j becomes %j, which does not block, however often it is late', (name, args, expected) => {
  const call = onSlowPath(callOf(name, ...args), { issuedAt: 0, allowedMs: 1_000, blockingMs: 5_000 });
  for (let times = 0; times < 2; times++) {
    endWait(call);
    expect([call.command.name, ...call.command.args]).toEqual(expected);
  }
});
