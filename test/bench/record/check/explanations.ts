import { boundedStaleness, checkHistory, type Operation } from '@redis-resilience/testing/history';

/** No value in a run can be older than this, in milliseconds. */
const wholeRunMs = 3_600_000;

/** Whether operations that no order explains could be ordered if reads were allowed to return old values. */
export function isOnlyStale(operations: readonly Operation[], timeoutMs: number): boolean {
  const contracts = [boundedStaleness(wholeRunMs, { readYourWrites: false })];
  return checkHistory(operations, { contracts, timeoutMs }).verdict === 'holds';
}

/**
 * Whether the operations could be ordered if each write had run up to two more times, at any time after it
 * was issued.
 */
export function isDoubled(operations: readonly Operation[], timeoutMs: number): boolean {
  const again = operations.map((operation): Operation => ({
    ...operation,
    result: { kind: 'failed', outcome: 'unknown' },
  }));
  return checkHistory([...operations, ...again, ...again], { timeoutMs }).verdict === 'holds';
}

/** Whether the operations could be ordered if acknowledged writes had been lost. */
export function isForgotten(operations: readonly Operation[], timeoutMs: number): boolean {
  const isWrite = ({ commands }: Operation): boolean => commands.some(({ name }) => name !== 'get');
  const open = operations.map((operation): Operation =>
    isWrite(operation) ? { ...operation, result: { kind: 'failed', outcome: 'unknown' } } : operation,
  );
  return checkHistory(open, { timeoutMs }).verdict === 'holds';
}
