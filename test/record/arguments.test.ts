import { expect, it } from 'vitest';
import { requestIn } from '../bench/record/arguments.ts';

it.each([
  ['--seed x', '--seed takes whole numbers from 1 to 2147483648, not "x".'],
  ['--minutes 0', '--minutes takes whole numbers from 1 to 1440, not "0".'],
  ['--clients nobody', '--clients: there is no "nobody". There are: ioredis, ioredis-guides,'],
  [
    '--worlds moon',
    '--worlds: there is no "moon". There are: single, memory, sentinel, cluster, second-database.',
  ],
  ['--worlds single --faults failover', '--faults: there is no "failover". There are: kill, freeze,'],
  ['--minutes 1', '--minutes: 5 worlds need at least 3; name fewer by --worlds.'],
  ['--fast', "Unknown option '--fast'"],
])('%s is refused by name', (line, message) => {
  expect(() => requestIn(line.split(' '))).toThrow(message);
});

it('without arguments, all clients go through all worlds for 15 minutes, and the report is written', () => {
  expect(requestIn([])).toMatchObject({ seed: 1, minutes: 15, faults: undefined, writesReport: true });
  expect(requestIn(['--clients', 'ours'])).toMatchObject({ writesReport: false });
});
