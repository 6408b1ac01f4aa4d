import { describe, expect, it } from 'vitest';
import { RedisUnavailableError } from '../../../packages/core/src/errors.ts';
import { hideCommand, withoutCommand } from '../../../packages/core/src/replies/without-command.ts';

interface DriverError extends Error {
  command?: unknown;
  previousErrors?: unknown[];
}

/**
 * The error with which the driver fails a transaction whose connection was lost; the driver adds the commands to it.
 */
function errorOfTransaction(): DriverError {
  const error: DriverError = new Error('Connection is closed.');
  error.command = { name: 'set', args: ['secret', '1'] };
  error.previousErrors = [error, error];
  return error;
}

describe('an error that the driver lists among its own earlier errors', () => {
  it('is copied without its command', () => {
    const copy = withoutCommand(errorOfTransaction()) as DriverError;
    expect(copy).toMatchObject({ message: 'Connection is closed.' });
    expect(copy.command).toBeUndefined();
    expect(copy.previousErrors).toEqual([copy, copy]);
    expect(copy.previousErrors?.[0]).toBe(copy);
  });

  it('can be the cause of an error', () => {
    const error = new RedisUnavailableError('Away.', { cause: errorOfTransaction() });
    expect((error.cause as DriverError).command).toBeUndefined();
  });

  it('has its command hidden, which code can still read', () => {
    const error = errorOfTransaction();
    hideCommand(error);
    expect(Object.keys(error)).toEqual([]);
    expect(error.previousErrors?.[0]).toBe(error);
    expect(error.command).toMatchObject({ name: 'set' });
  });
});
