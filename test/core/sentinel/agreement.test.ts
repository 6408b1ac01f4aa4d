import { describe, expect, it } from 'vitest';
import { agreedServers, type Voice } from '../../../packages/core/src/sentinel/agreement.ts';

const one = { ip: '10.0.0.1', port: '6379' };
const two = { ip: '10.0.0.2', port: '6379' };
const trusted = new Set(['10.0.0.1:6379']);
const nobody = new Set<string>();

describe('the servers that sentinels agree on', () => {
  it('one voice is not enough, two that name the same are', () => {
    expect(agreedServers([voice('a', two)], 2, nobody)).toEqual([]);
    expect(agreedServers([voice('a', two), voice('b', two)], 2, nobody)).toEqual([two]);
  });

  it('a second sentinel needs to know the server as a replica only', () => {
    expect(agreedServers([voice('a', two), voice('b', one, two)], 2, nobody)).toEqual([two]);
  });

  it('two answers of one sentinel are one voice', () => {
    expect(agreedServers([voice('a', two), voice('a', two)], 2, nobody)).toEqual([]);
  });

  it('a server that was agreed on before needs one voice', () => {
    expect(agreedServers([voice('a', one)], 2, trusted)).toEqual([one]);
    expect(agreedServers([voice('a', two)], 2, trusted)).toEqual([]);
  });

  it('one voice is enough where one sentinel is configured', () => {
    expect(agreedServers([voice('a', two)], 1, nobody)).toEqual([two]);
  });
});

function voice(
  id: string,
  named: { ip: string; port: string },
  ...others: { ip: string; port: string }[]
): Voice {
  return { id, named: [named], members: new Set([named, ...others].map(({ ip, port }) => `${ip}:${port}`)) };
}
