import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { createRequestGuard, explainMissingGuard } from '@redis-resilience/core/http';
import { expect, it } from 'vitest';
import { resilienceWith, snapshotOf } from './snapshot-of.ts';

const guard = createRequestGuard(resilienceWith(snapshotOf()) as RedisResilience);
const members = Object.getOwnPropertyNames(Object.getPrototypeOf(guard)).filter(
  (name) => name !== 'constructor',
);

it('a request guard has members', () => {
  expect(members).toContain('lease');
});

it.each(members)('reading %s of a guard that is missing is explained', (member) => {
  const req = {} as { redisGuard: Record<string, unknown> };

  expect(explained(() => req.redisGuard[member])).toBeInstanceOf(ConfigurationError);
});

it('a TypeError about something else is passed on', () => {
  const user = {} as { account: { id: string } };

  expect(explained(() => user.account.id)).toBeInstanceOf(TypeError);
});

function explained(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return explainMissingGuard(error, 'req', false);
  }
}
