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
import { isAway } from '@redis-resilience/core/kit';
import { expect, it } from 'vitest';

it.each([
  [new RedisUnavailableError('-'), true],
  [new CircuitOpenError('-'), true],
  [new CommandTimeoutError('-'), true],
  [new OutcomeUnknownError('-'), true],
  [new OverloadedError('-'), true],
  [new BudgetExceededError('-'), true],
  [new WatchLostError('-'), false],
  [new ConfigurationError('-'), false],
  [new Error('READONLY'), false],
  ['REDIS_UNAVAILABLE', false],
  [undefined, false],
])('isAway says of %s: %s', (error, expected) => {
  expect(isAway(error)).toBe(expected);
});
