import type { RedisResilience } from '@redis-resilience/core';
import {
  createRequestGuard,
  headersByPolicy,
  refuseByPolicy,
  runByPolicy,
} from '@redis-resilience/core/http';
import { describe, expect, it, vi } from 'vitest';
import { downSnapshot, resilienceWith, snapshotOf } from './snapshot-of.ts';

function guardWith(snapshot = snapshotOf()) {
  return createRequestGuard(resilienceWith(snapshot) as RedisResilience);
}

describe('createRequestGuard', () => {
  it('reads like the snapshot at the start of the request', () => {
    const snapshot = downSnapshot({ status: 'degraded', reads: true, retryAfterMs: 70 });
    expect(guardWith(snapshot)).toMatchObject({
      status: 'degraded',
      degraded: true,
      reads: true,
      writes: false,
      cause: snapshot.cause,
      retryAfterMs: 70,
      snapshot,
    });
    expect(guardWith().degraded).toBe(false);
  });

  it('hands operations to the resilience', async () => {
    const execute = vi.fn(async () => 'answer');
    const client = {};
    const resilience = { ...resilienceWith(snapshotOf()), execute, client } as unknown as RedisResilience;
    const guard = createRequestGuard(resilience);
    const operation = async () => 'answer';
    const options = { fallback: () => 'other' };
    await expect(guard.execute(operation, options)).resolves.toBe('answer');
    expect(execute).toHaveBeenCalledWith(operation, options);
    expect(guard.client).toBe(client);
  });

  it('shows nothing when it is printed as JSON', () => {
    expect(JSON.stringify(guardWith())).toBe('{}');
  });
});

describe('a guard policy', () => {
  it('rejects only in mode reject, and only while nothing works', () => {
    expect(refuseByPolicy({}, guardWith(downSnapshot()))).toBeUndefined();
    expect(refuseByPolicy({ mode: 'flag' }, guardWith(downSnapshot()))).toBeUndefined();
    expect(refuseByPolicy({ mode: 'reject' }, guardWith(downSnapshot()))?.status).toBe(503);
    expect(
      refuseByPolicy({ mode: 'reject' }, guardWith(downSnapshot({ status: 'degraded' }))),
    ).toBeUndefined();
  });

  it('forbids storing of degraded answers only', () => {
    expect(headersByPolicy({ noStore: true }, guardWith(downSnapshot()))).toEqual({
      'Cache-Control': 'no-store',
    });
    expect(headersByPolicy({ noStore: true }, guardWith())).toEqual({});
    expect(headersByPolicy({}, guardWith(downSnapshot()))).toEqual({});
  });

  it('returns what runs under a budget', () => {
    expect(runByPolicy({ budgetMs: 10 }, () => 'ran')).toBe('ran');
    expect(runByPolicy({}, () => 'ran')).toBe('ran');
  });
});
