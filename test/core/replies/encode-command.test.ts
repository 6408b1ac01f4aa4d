import { describe, expect, it } from 'vitest';
import { encodeCommand } from '../../../packages/core/src/replies/encode-command.ts';

describe('an encoded command', () => {
  it('counts bytes, not characters', () => {
    expect(encodeCommand(['AUTH', 'pässwörd'])).toBe('*2\r\n$4\r\nAUTH\r\n$10\r\npässwörd\r\n');
  });

  it('keeps empty arguments, and writes numbers as text', () => {
    expect(encodeCommand(['SET', '', 1.5])).toBe('*3\r\n$3\r\nSET\r\n$0\r\n\r\n$3\r\n1.5\r\n');
  });
});
