import { existsSync } from 'node:fs';
import {
  BudgetExceededError,
  CircuitOpenError,
  CommandTimeoutError,
  ConfigurationError,
  OutcomeUnknownError,
  OverloadedError,
  RedisUnavailableError,
  WatchLostError,
} from '@redis-resilience/core';
import { errorPages, refuseWithout, renderError, renderUnavailable } from '@redis-resilience/core/http';
import { describe, expect, it } from 'vitest';
import { downSnapshot, snapshotOf } from './snapshot-of.ts';

it('the type of a problem leads to a page of the book', () => {
  const { type } = JSON.parse(renderUnavailable(downSnapshot()).body) as { type: string };
  const page = new URL(type).pathname.split('/blob/main/')[1] ?? '';
  expect(existsSync(new URL(`../../../${page}`, import.meta.url))).toBe(true);
});

describe('renderUnavailable', () => {
  it('says what is away, why, and when to come again', () => {
    const answer = renderUnavailable(downSnapshot({ retryAfterMs: 3_001 }));
    expect(answer).toMatchObject({
      status: 503,
      headers: {
        'Content-Type': 'application/problem+json',
        'Cache-Control': 'no-store',
        'Retry-After': '4',
      },
    });
    expect(JSON.parse(answer.body)).toEqual({
      type: `${errorPages}/redis-unavailable.md`,
      title: 'Redis is unavailable',
      status: 503,
      detail:
        'Redis is unavailable. Nothing is listening on the configured address and port. The command did not run; try again later.',
      code: 'REDIS_UNAVAILABLE',
      cause: 'connection-refused',
      connection: 'default',
      outcome: 'not-applied',
    });
  });

  it.each([
    [undefined, '1'],
    [0, '1'],
    [40, '1'],
    [1_000, '1'],
    [1_001, '2'],
  ])('turns a wait of %s ms into Retry-After: %s', (retryAfterMs, seconds) => {
    expect(renderUnavailable(downSnapshot({ retryAfterMs })).headers['Retry-After']).toBe(seconds);
  });
});

describe('refuseWithout', () => {
  const readOnly = downSnapshot({ status: 'degraded', reads: true }, 'read-only');

  it('refuses the lane that is away and no other', () => {
    expect(refuseWithout('write', readOnly)?.status).toBe(503);
    expect(refuseWithout('read', readOnly)).toBeUndefined();
  });

  it('refuses without a lane only when nothing works', () => {
    expect(refuseWithout(undefined, readOnly)).toBeUndefined();
    expect(refuseWithout(undefined, downSnapshot())?.status).toBe(503);
    expect(refuseWithout(undefined, snapshotOf())).toBeUndefined();
  });
});

describe('refuseWithout, before the first attempt has ended', () => {
  it('lets the request pass: nothing is known against Redis yet', () => {
    const starting = snapshotOf({
      status: 'down',
      reads: false,
      writes: false,
      connection: 'connecting',
      attempts: 0,
    });
    expect(refuseWithout('write', starting)).toBeUndefined();
    expect(refuseWithout(undefined, starting)).toBeUndefined();
  });
});

describe('renderError', () => {
  it.each([
    new RedisUnavailableError('x', { reason: 'loading', retryAfterMs: 100 }),
    new CircuitOpenError('x', { reason: 'error-rate' }),
    new CommandTimeoutError('x', { outcome: 'not-applied' }),
    new OverloadedError('x'),
    new WatchLostError('x'),
    new BudgetExceededError('x'),
  ])('answers $code with 503 and Retry-After', (error) => {
    const answer = renderError(error);
    expect(answer?.status).toBe(503);
    expect(answer?.headers['Retry-After']).toBe('1');
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: error.code, outcome: 'not-applied' });
  });

  it('does not invite a client to repeat what may have been done', () => {
    const answer = renderError(new OutcomeUnknownError('x', { outcome: 'unknown', retryAfterMs: 50 }));
    expect(answer?.status).toBe(503);
    expect(answer?.headers).not.toHaveProperty('Retry-After');
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
  });

  it('answers a configuration error with 500 and no particulars', () => {
    const answer = renderError(new ConfigurationError('the option password must be a string'));
    expect(answer?.status).toBe(500);
    expect(answer?.body).not.toContain('password');
    expect(answer?.headers).not.toHaveProperty('Retry-After');
  });

  it('never shows the message of an error', () => {
    expect(renderError(new RedisUnavailableError('10.0.0.7:6379'))?.body).not.toContain('10.0.0.7');
  });

  it.each([new Error('ours?'), new TypeError('no'), 'text', undefined, null])(
    'gives no answer for %s',
    (error) => {
      expect(renderError(error)).toBeUndefined();
    },
  );
});
