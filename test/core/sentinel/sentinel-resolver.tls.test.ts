import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { SentinelOptions } from '../../../packages/core/src/sentinel/sentinel-options.ts';
import { SentinelResolver } from '../../../packages/core/src/sentinel/sentinel-resolver.ts';

const given = { ca: 'a certificate' };

/** TLS options for the sentinels, and for the servers that they watch. */
function tlsWith(options: Partial<SentinelOptions>): readonly unknown[] {
  const resolver = new SentinelResolver(
    () => ({ sentinels: [{ host: 'one' }], name: 'shop', ...options }),
    () => Promise.reject(new Error('nothing is opened')),
    new ManualClock(),
    () => 0.5,
  );
  return [resolver.sentinels()[0]?.tls, resolver.complete('server', 6379).tls];
}

describe('TLS behind Sentinel, as in ioredis', () => {
  it.each([
    ['nowhere', {}, undefined, undefined],
    ['to the sentinels', { sentinelTLS: given }, given, undefined],
    ['to the servers', { tls: given, enableTLSForSentinelMode: true }, undefined, given],
    ['to both', { sentinelTLS: given, tls: given, enableTLSForSentinelMode: true }, given, given],
    ['nowhere, for the servers have to be named', { tls: given }, undefined, undefined],
    ['to both, by its defaults', { sentinelTLS: true, tls: true, enableTLSForSentinelMode: true }, {}, {}],
  ] as const)('is spoken %s', (_where, options, sentinels, servers) => {
    expect(tlsWith(options)).toEqual([sentinels, servers]);
  });
});
