import type { FindingCode } from './finding-code.ts';

/**
 * `error`: Redis cannot be used as it should be. `warning`: it can be used, but this will cause trouble. `info`: good
 * to know.
 */
export type Severity = 'error' | 'warning' | 'info';

export type EvidenceValue = string | number | boolean | readonly string[];

/** One finding, as data. It contains no credentials. */
export interface Finding {
  /** Stable: one of core's causes if one fits, otherwise one of the doctor's own codes. */
  readonly code: FindingCode;
  readonly severity: Severity;
  /** One sentence. Contains no host, key, value or credential, so that a health response may include it. */
  readonly message: string;
  /** The addresses, numbers and replies that led to the finding. */
  readonly evidence: Readonly<Record<string, EvidenceValue>>;
  /** The next command to run, or the next thing to do. */
  readonly next: string;
  /** Link to the paragraph that explains the code. */
  readonly docs: string;
}

/** The document that explains every code. */
export const docsUrl =
  'https://github.com/redis-resilience/redis-resilience/blob/main/packages/doctor/FINDINGS.md';

export type LooseEvidence = Readonly<Record<string, EvidenceValue | undefined>>;

/** A finding of severity `error`. */
export function error(code: FindingCode, message: string, evidence: LooseEvidence, next: string): Finding {
  return finding('error', code, message, evidence, next);
}

/** A finding of severity `warning`. */
export function warning(code: FindingCode, message: string, evidence: LooseEvidence, next: string): Finding {
  return finding('warning', code, message, evidence, next);
}

/** A finding of severity `info`. */
export function info(code: FindingCode, message: string, evidence: LooseEvidence, next: string): Finding {
  return finding('info', code, message, evidence, next);
}

function finding(
  severity: Severity,
  code: FindingCode,
  message: string,
  evidence: LooseEvidence,
  next: string,
): Finding {
  const known = Object.entries(evidence).filter(([, value]) => value !== undefined);
  return {
    code,
    severity,
    message,
    evidence: Object.fromEntries(known) as Finding['evidence'],
    next,
    docs: `${docsUrl}#${code}`,
  };
}
