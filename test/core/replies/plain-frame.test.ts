import { describe, expect, it } from 'vitest';
import { announcedBytes, endOfPlainReply } from '../../../packages/core/src/replies/plain-frame.ts';

describe('the announced length of a string', () => {
  it.each([
    ['$5\r\n', 11],
    ['$5\r\nfirst\r', 11],
    ['$1000000\r\nf', 1_000_012],
  ])('is known from the beginning %j', (text, bytes) => {
    expect(announcedBytes(Buffer.from(`+OK\r\n${text}`), 5)).toBe(bytes);
  });

  it.each(['$', '$5', '$5\r', '$-1\r\n', '$\r\nfi', '$5x\r\n', '$12345678\r\n', '*2\r\n$5\r\nfi', '+5\r\n'])(
    'is unknown from %j',
    (text) => {
      expect(announcedBytes(Buffer.from(text), 0)).toBe(-1);
    },
  );

  it('is not asked for where the string is complete', () => {
    const chunk = Buffer.from('$5\r\nfirst\r\n');
    expect([announcedBytes(chunk, 0), endOfPlainReply(chunk, 0, false)]).toEqual([-1, 11]);
  });
});
