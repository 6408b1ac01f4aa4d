import { ConfigurationError, OutcomeUnknownError, RedisUnavailableError } from '@redis-resilience/core';
import { describe, expect, it } from 'vitest';

describe('an error of core', () => {
  it('tells a web framework what to answer', () => {
    const error = new RedisUnavailableError('Redis is away.', { retryAfterMs: 1_200 });

    expect(error).toMatchObject({ status: 503, statusCode: 503, expose: false });
    expect(error.headers).toEqual({ 'Retry-After': '2' });
    expect(new ConfigurationError('Wrong.')).toMatchObject({ status: 500, headers: {} });
  });

  it('tells when to try again in whole milliseconds, rounded up', () => {
    const error = new RedisUnavailableError('Redis is away.', { retryAfterMs: 77.1304703928 });

    expect(error).toMatchObject({ retryAfterMs: 78 });
    expect(error.toJSON()).toMatchObject({ retryAfterMs: 78 });
  });

  it('invites nobody to repeat what may have been done', () => {
    const error = new OutcomeUnknownError('It may have run.', { outcome: 'unknown', retryAfterMs: 1_200 });

    expect(error.headers).toEqual({});
  });

  it('lets what wraps it for HTTP set its own status and headers', () => {
    const error = new RedisUnavailableError('Redis is away.');
    const other = new RedisUnavailableError('Redis is away.');
    Object.assign(error, { status: 429, headers: { 'Retry-After': '60' } });

    expect(error).toMatchObject({ status: 429, headers: { 'Retry-After': '60' } });
    expect(other).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } });
  });
});
