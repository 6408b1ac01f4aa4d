import type { Cause, RedisSnapshot } from '@redis-resilience/core';
import type { Finding } from './finding.ts';

/** A cause with the doctor's finding added. */
export interface ExplainedCause extends Cause {
  readonly finding: Pick<Finding, 'code' | 'severity' | 'message' | 'docs'>;
}

/**
 * Returns the snapshot with the finding added to its cause. The message of a finding never contains a host, so a health
 * response may show the message.
 */
export function explainedSnapshot(snapshot: RedisSnapshot, cause: Cause, finding: Finding): RedisSnapshot {
  const { code, severity, message, docs } = finding;
  const explained: ExplainedCause = {
    ...cause,
    message: `${cause.message} The doctor found: ${message}`,
    finding: Object.freeze({ code, severity, message, docs }),
  };
  return Object.freeze({ ...snapshot, cause: Object.freeze(explained) });
}
