import type { Cause, RedisSnapshot } from '@redis-resilience/core';
import type { Finding } from './finding.ts';

/** A cause to which the doctor's finding was added. */
export interface ExplainedCause extends Cause {
  readonly finding: Pick<Finding, 'code' | 'severity' | 'message' | 'docs'>;
}

/** The snapshot with the finding joined to its cause. A message of a finding holds no host: it may be shown. */
export function explainedSnapshot(snapshot: RedisSnapshot, cause: Cause, finding: Finding): RedisSnapshot {
  const { code, severity, message, docs } = finding;
  const explained: ExplainedCause = {
    ...cause,
    message: `${cause.message} The doctor found: ${message}`,
    finding: Object.freeze({ code, severity, message, docs }),
  };
  return Object.freeze({ ...snapshot, cause: Object.freeze(explained) });
}
