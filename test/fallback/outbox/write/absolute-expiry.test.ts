import { expect, it } from 'vitest';
import {
  withAbsoluteExpiry,
  type Write,
} from '../../../../packages/fallback/src/outbox/write/absolute-expiry.ts';

const now = 1_000_000.4;
const write = (command: string, ...args: Write['args']): Write => ({ command, args });

it.each([
  [write('setex', 'k', '10', 'v'), write('set', 'k', 'v', 'PXAT', '1010000')],
  [write('setex', 'k', '10', Buffer.from('v')), write('set', 'k', Buffer.from('v'), 'PXAT', '1010000')],
  [write('psetex', 'k', '10', 'v'), write('set', 'k', 'v', 'PXAT', '1000010')],
  [write('expire', 'k', '10'), write('pexpireat', 'k', '1010000')],
  [write('expire', 'k', '10', 'NX'), write('pexpireat', 'k', '1010000', 'NX')],
  [write('pexpire', 'k', '10', 'GT'), write('pexpireat', 'k', '1000010', 'GT')],
  [write('expireat', 'k', '1234', 'XX'), write('pexpireat', 'k', '1234000', 'XX')],
  [write('pexpireat', 'k', '1234'), write('pexpireat', 'k', '1234')],
  [write('set', 'k', 'v'), write('set', 'k', 'v')],
  [write('set', 'k', 'v', 'EX', '10'), write('set', 'k', 'v', 'PXAT', '1010000')],
  [write('set', 'k', 'v', 'px', '10', 'XX'), write('set', 'k', 'v', 'PXAT', '1000010', 'XX')],
  [write('set', 'k', 'v', 'XX', 'EXAT', '1234'), write('set', 'k', 'v', 'XX', 'PXAT', '1234000')],
  [write('set', 'k', 'v', 'PXAT', '1234', 'GET'), write('set', 'k', 'v', 'PXAT', '1234', 'GET')],
  [write('set', 'k', 'v', 'KEEPTTL'), write('set', 'k', 'v', 'KEEPTTL')],
  [write('set', 'k', 'EX', 'EX', '10'), write('set', 'k', 'EX', 'PXAT', '1010000')],
  [write('set', 'EX', '10', 'EX', '10'), write('set', 'EX', '10', 'PXAT', '1010000')],
  [write('hset', 'k', 'EX', '10'), write('hset', 'k', 'EX', '10')],
])('a kept write expires at a point in time: %o becomes %o', (given, expected) => {
  expect(withAbsoluteExpiry(given, now)).toEqual(expected);
});
