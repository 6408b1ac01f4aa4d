import { AsyncLocalStorage } from 'node:async_hooks';
import { systemClock, type Clock } from '../clock.ts';
import { BudgetExceededError } from '../errors.ts';
import { durationOf, functionOf } from '../options/option-readers.ts';
import { databaseOfCommand } from './bound-to-database.ts';
import { operationOfCommand } from './operation.ts';

/**
 * Limits how long one request of the application waits for Redis in total. Counts the time during which at least one of
 * the request's commands is pending. Once the budget is spent, commands fail immediately, so that twenty slow calls do
 * not add up to a slow request.
 */
export class RequestBudget {
  readonly #budgetMs: number;
  #spentMs = 0;
  #pending = 0;
  #pendingSince = 0;

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
  }

  remainingMs(now: number): number {
    return Math.max(0, this.#budgetMs - this.spentMs(now));
  }

  spentMs(now: number): number {
    return this.#spentMs + (this.#pending > 0 ? now - this.#pendingSince : 0);
  }

  isSpent(now: number): boolean {
    return this.remainingMs(now) <= 0;
  }

  startWaiting(now: number): void {
    if (this.#pending++ === 0) this.#pendingSince = now;
  }

  stopWaiting(now: number): void {
    if (--this.#pending === 0) this.#spentMs += now - this.#pendingSince;
  }

  error(command: string, connection: string): BudgetExceededError {
    return new BudgetExceededError(
      `This request has waited for Redis for the ${this.#budgetMs} ms of its budget; ${command} was not sent. ` +
        'Respond without data from Redis, or raise budgetMs.',
      { reason: 'slow', outcome: 'not-applied', connection },
    );
  }
}

const storage = new AsyncLocalStorage<RequestBudget>();
const budgetOf = durationOf(0);

/**
 * Calls `run`, and lets all commands that `run` issues, even later, wait for Redis for a total of `budgetMs`
 * milliseconds. Once this time is spent, every command fails immediately with {@link BudgetExceededError}. A nested
 * budget replaces the outer one.
 *
 * @throws {@link ConfigurationError} if `budgetMs` is not a number of milliseconds, or `run` not a function
 *
 * @example
 * await runWithBudget(200, () => handleRequest(request));
 */
export function runWithBudget<T>(budgetMs: number, run: () => T): T {
  budgetOf(budgetMs, 'runWithBudget.budgetMs');
  functionOf(run, 'runWithBudget.run');
  return storage.run(new RequestBudget(budgetMs), run);
}

/** Returns the budget of the current request, if it has one. */
export function currentRequestBudget(): RequestBudget | undefined {
  return storage.getStore();
}

/**
 * Returns whether a command issued now needs more than a deadline. That is the case if the command's request has a
 * budget, if the command belongs to an `execute` call that a diagnostics channel reports, or if the command may run on
 * only one database.
 */
export function isFollowed(): boolean {
  if (databaseOfCommand() !== undefined) return true;
  return currentRequestBudget() !== undefined || operationOfCommand() !== undefined;
}

/** Returns the milliseconds left in the current request's budget; undefined if the request has no budget. */
export function remainingBudgetMs(clock: Clock = systemClock): number | undefined {
  return currentRequestBudget()?.remainingMs(clock.now());
}
