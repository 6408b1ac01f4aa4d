import { describe, expect, it } from 'vitest';
import { isReplyMarker, parseReplyHeader } from '../../../packages/core/src/replies/reply-header.ts';

describe('the first line of a reply', () => {
  it.each([
    ['+OK', { kind: 'value', value: 'OK' }],
    ['$5', { kind: 'text', type: 'string', bytes: 5 }],
    ['!5', { kind: 'text', type: 'error', bytes: 5 }],
    ['=5', { kind: 'text', type: 'verbatim', bytes: 5 }],
    ['*2', { kind: 'list', type: 'list', count: 2 }],
    ['~2', { kind: 'list', type: 'list', count: 2 }],
    ['%2', { kind: 'list', type: 'list', count: 4 }],
    ['>2', { kind: 'list', type: 'push', count: 2 }],
    ['|2', { kind: 'list', type: 'attribute', count: 4 }],
    ['*-1', { kind: 'value', value: null }],
    ['*?', { kind: 'invalid', reason: 'streamed' }],
    ['*x', { kind: 'invalid', reason: 'malformed' }],
    ['HTTP/1.1 400', { kind: 'invalid', reason: 'not-resp' }],
    ['', { kind: 'invalid', reason: 'not-resp' }],
  ])('is read from %j', (line, header) => {
    expect(parseReplyHeader(line)).toEqual(header);
  });

  it('begins with a byte that names its type', () => {
    const markers = Array.from({ length: 256 }, (_, byte) => byte).filter(isReplyMarker);
    expect(Buffer.from(markers).toString()).toBe('!#$%(*+,-:=>_|~');
    for (const marker of markers)
      expect(parseReplyHeader(String.fromCharCode(marker))).not.toMatchObject({ reason: 'not-resp' });
  });
});
