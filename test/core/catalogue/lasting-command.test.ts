import { expect, it } from 'vitest';
import { waitsUntilDone } from '../../../packages/core/src/catalogue/lasting-command.ts';

it.each([
  ['select', ['1'], true],
  ['subscribe', ['news'], true],
  ['punsubscribe', ['news*'], true],
  ['bzpopmin', ['bull:mails:marker', '5'], true],
  ['bzpopmin', ['scores', '5'], false],
  ['script', ['load', 'return 1'], true],
  ['script', ['LOAD', 'return 1'], true],
  ['script', ['FLUSH'], false],
  ['pubsub', ['numsub', 'news'], true],
  ['pubsub', ['SHARDNUMSUB', 'news'], true],
  ['pubsub', ['CHANNELS'], false],
  ['get', ['a'], false],
])('%s %j waits until it is done: %j', (name, args, waits) => {
  expect(waitsUntilDone(name, { args }, 'connecting')).toBe(waits);
});

it.each([
  ['idle', true],
  ['ready', true],
  ['reconnecting', false],
  ['stalled', false],
] as const)(
  'SCRIPT LOAD that is issued while the connection is %s waits until it is done: %j',
  (state, waits) => {
    expect(waitsUntilDone('script', { args: ['LOAD', 'return 1'] }, state)).toBe(waits);
  },
);

it('SCRIPT LOAD of a client that parses replies itself does not wait', () => {
  expect(waitsUntilDone('script', { args: ['LOAD', 'return 1'], isRaw: true }, 'connecting')).toBe(false);
});
