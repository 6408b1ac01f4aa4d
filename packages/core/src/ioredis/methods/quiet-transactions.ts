import type { Cluster, Redis } from 'ioredis';
import { isRedisResilienceError } from '../../errors.ts';
import { beneath, shareMethod } from './replaced-method.ts';

type Exec = (callback?: unknown) => Promise<unknown>;
type Multi = (...args: unknown[]) => { exec: Exec };

interface Transactional {
  multi: Multi;
  exec: Exec;
}

/**
 * Makes the transactions of a client behave like its commands: if the caller ignores the promise of `exec()`, an error
 * of this library does not become an unhandled rejection. ioredis derives that promise from the promises of the
 * commands.
 */
export function quietTransactions(client: Redis | Cluster): void {
  // A method that belongs to the client itself, and not to its class, was set by the application.
  if (!Object.hasOwn(client, 'multi')) shareMethod(client, 'multi', quietMulti);
  if (!Object.hasOwn(client, 'exec')) shareMethod(client, 'exec', quietExec);
}

function quietMulti(this: Transactional, ...args: unknown[]): { exec: Exec } {
  const pipeline = beneath(this, 'multi').apply(this, args);
  const exec = pipeline.exec;
  // If the caller passes `pipeline: false`, `multi()` returns the promise of a single command and no pipeline.
  if (typeof exec !== 'function') return pipeline;
  pipeline.exec = function quiet(this: unknown, callback?: unknown) {
    // When ioredis resends the transaction, it calls `exec()` again and ignores the promise.
    pipeline.exec = exec;
    return quieted(exec.call(this, callback), callback);
  };
  return pipeline;
}

function quietExec(this: Transactional, callback?: unknown): Promise<unknown> {
  return quieted(beneath(this, 'exec').call(this, callback), callback);
}

function quieted(answer: Promise<unknown>, callback: unknown): Promise<unknown> {
  // If the caller passed a callback, ioredis itself handles the rejection of the promise.
  if (typeof callback === 'function') return answer;
  const quiet = answer.then(undefined, (error: unknown) => {
    if (isRedisResilienceError(error)) quiet.catch(ignore);
    throw error;
  });
  return quiet;
}

function ignore(): void {
  // The event `command-failed` reports the error.
}
