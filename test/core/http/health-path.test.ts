import { matchHealthPath } from '@redis-resilience/core/http';
import { describe, expect, it } from 'vitest';

describe('matchHealthPath', () => {
  it.each([
    ['GET', '/livez', 'live'],
    ['HEAD', '/livez', 'live'],
    ['GET', '/readyz', 'ready'],
    ['GET', '/readyz/', 'ready'],
    ['GET', '/readyz?verbose=1', 'ready'],
    ['GET', '/health/redis', 'health'],
    ['GET', 'http://shop.example:3000/livez', 'live'],
    ['GET', 'HTTPS://shop.example/readyz?verbose=1', 'ready'],
    ['GET', 'http://shop.example?/livez', undefined],
    ['GET', 'http://livez', undefined],
    ['OPTIONS', '*', undefined],
    ['POST', '/readyz', undefined],
    ['GET', '/', undefined],
    ['GET', '/readyz/more', undefined],
    ['GET', '/api/readyz', undefined],
    ['GET', '/Readyz', undefined],
    [undefined, '/livez', undefined],
    ['GET', undefined, undefined],
  ])('takes %s %s for %s', (method, url, endpoint) => {
    expect(matchHealthPath(method, url)).toBe(endpoint);
  });

  it('takes a path that was given in place of the usual one', () => {
    expect(matchHealthPath('GET', '/up', { live: '/up' })).toBe('live');
    expect(matchHealthPath('GET', '/livez', { live: '/up' })).toBeUndefined();
    expect(matchHealthPath('GET', '/readyz', { live: '/up' })).toBe('ready');
  });
});
