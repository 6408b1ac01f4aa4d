import { expect, it } from 'vitest';
import { happeningOf } from '../../../packages/core/src/command/happening.ts';
import { connectionError, replyError } from './call-of.ts';

const oom = replyError("OOM command not allowed when used memory > 'maxmemory'.");
const mistake = new Error('Connection in subscriber mode, only subscriber commands may be used');
const broken = connectionError();

it.each([
  ['a mistake of the caller withdraws the call', mistake, false, { kind: 'withdrawn', error: mistake }],
  ['any other error of the driver loses the call', broken, false, { kind: 'lost', error: broken }],
  [
    'an error reply refuses the call',
    oom,
    false,
    { kind: 'refused', error: oom, ranInPart: false, verdict: { outcome: 'not-applied' } },
  ],
  [
    'an error reply of a script may come after a write',
    oom,
    true,
    { kind: 'refused', error: oom, ranInPart: false, verdict: { outcome: 'refused' } },
  ],
] as const)('%s', (_title, error, isScript, happening) => {
  expect(happeningOf(error, isScript)).toMatchObject(happening);
});
