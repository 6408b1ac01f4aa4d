import type { FindingCode } from './finding-code.ts';

/** `error`: Redis cannot be used as it should. `warning`: it will hurt. `info`: good to know. */
export type Severity = 'error' | 'warning' | 'info';

export type EvidenceValue = string | number | boolean | readonly string[];

/** What was found, as data. Nothing in it holds a credential. */
export interface Finding {
  /** Stable: a cause code of core where one fits, else one of the doctor's own. */
  readonly code: FindingCode;
  readonly severity: Severity;
  /** One sentence. Holds no host, key, value or credential, so that it may stand in a health answer. */
  readonly message: string;
  /** Addresses, numbers and answers that led to it. */
  readonly evidence: Readonly<Record<string, EvidenceValue>>;
  /** The next command to run, or the next thing to do. */
  readonly next: string;
  readonly docs: string;
}

/** Where each code has its paragraph. */
export const docsUrl =
  'https://github.com/redis-resilience/redis-resilience/blob/main/packages/doctor/FINDINGS.md';

export type LooseEvidence = Readonly<Record<string, EvidenceValue | undefined>>;

/** Something is broken. */
export function error(code: FindingCode, message: string, evidence: LooseEvidence, next: string): Finding {
  return finding('error', code, message, evidence, next);
}

/** Something works, and will hurt. */
export function warning(code: FindingCode, message: string, evidence: LooseEvidence, next: string): Finding {
  return finding('warning', code, message, evidence, next);
}

/** Something good to know. */
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
