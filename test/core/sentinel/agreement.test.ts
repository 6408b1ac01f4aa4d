import { describe, expect, it } from 'vitest';
import { agreedServers, type SentinelReport } from '../../../packages/core/src/sentinel/agreement.ts';

const one = { ip: '10.0.0.1', port: '6379' };
const two = { ip: '10.0.0.2', port: '6379' };
const trusted = new Set(['10.0.0.1:6379']);
const nobody = new Set<string>();

describe('the servers that sentinels agree on', () => {
  it('one report is not enough, two that name the same are', () => {
    expect(agreedServers([report('a', two)], 2, nobody)).toEqual([]);
    expect(agreedServers([report('a', two), report('b', two)], 2, nobody)).toEqual([two]);
  });

  it('a second sentinel needs to know the server as a replica only', () => {
    expect(agreedServers([report('a', two), report('b', one, two)], 2, nobody)).toEqual([two]);
  });

  it('two answers of one sentinel are one report', () => {
    expect(agreedServers([report('a', two), report('a', two)], 2, nobody)).toEqual([]);
  });

  it('a server that was agreed on before needs one report', () => {
    expect(agreedServers([report('a', one)], 2, trusted)).toEqual([one]);
    expect(agreedServers([report('a', two)], 2, trusted)).toEqual([]);
  });

  it('one report is enough where one sentinel is configured', () => {
    expect(agreedServers([report('a', two)], 1, nobody)).toEqual([two]);
  });
});

function report(
  id: string,
  named: { ip: string; port: string },
  ...others: { ip: string; port: string }[]
): SentinelReport {
  return { id, named: [named], members: new Set([named, ...others].map(({ ip, port }) => `${ip}:${port}`)) };
}
