import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../packages/core/src/replies/protocol-error.ts';
import { causeOfSocketError } from '../../../packages/core/src/handshake/socket-cause.ts';

const coded = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

describe('the cause of a socket error', () => {
  it.each([
    ['ECONNREFUSED', 'connection-refused'],
    ['ENOENT', 'connection-refused'],
    ['ECONNRESET', 'connection-reset'],
    ['EPIPE', 'connection-reset'],
    ['ETIMEDOUT', 'connect-timeout'],
    ['EHOSTUNREACH', 'connect-timeout'],
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['ERR_INVALID_ARG_VALUE', 'dns'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['EPROTO', 'tls'],
    ['SOMETHING_NEW', 'connection-reset'],
  ])('is, for %s, %s', (code, cause) => {
    expect(causeOfSocketError(coded(code))).toBe(cause);
  });

  it('is that of the last of several addresses', () => {
    const both = new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')]);
    expect(causeOfSocketError(both)).toBe('connection-refused');
  });

  it('is tls for a TLS alert, and protocol for other bytes that are no reply', () => {
    expect(causeOfSocketError(new ProtocolError('tls'))).toBe('tls');
    expect(causeOfSocketError(new ProtocolError('not-resp'))).toBe('protocol');
  });

  it.each([undefined, null, 'text', new Error('no code'), { code: 5 }])(
    'is connection-reset for %s',
    (error) => {
      expect(causeOfSocketError(error)).toBe('connection-reset');
    },
  );
});
