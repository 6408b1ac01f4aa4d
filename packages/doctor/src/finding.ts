import type { FindingCode } from './finding-code.ts';

/**
 * `error`: Redis cannot be used as it should be. `warning`: Redis can be used, but the finding will cause trouble.
 * `info`: the finding needs no action, but may help to understand other findings.
 */
export type Severity = 'error' | 'warning' | 'info';

export type EvidenceValue = string | number | boolean | readonly string[];

/** One fact that the doctor reports, most often a problem. A finding contains no credentials. */
export interface Finding {
  /**
   * What was found: one of core's cause codes if one fits, otherwise one of `doctorCodes`. The codes are stable, so
   * programs may compare them.
   */
  readonly code: FindingCode;
  readonly severity: Severity;
  /**
   * One sentence for people. The message contains no host, key, value or credential, so a health response may show it.
   */
  readonly message: string;
  /** The addresses, numbers and replies that led to the finding. */
  readonly evidence: Readonly<Record<string, EvidenceValue>>;
  /** The next command to run, or the next thing to do. */
  readonly next: string;
  /** Link to the paragraph of FINDINGS.md that explains `code`. */
  readonly docs: string;
}

/** URL of FINDINGS.md, the document that explains every code. */
export const docsUrl =
  'https://github.com/redis-resilience/redis-resilience/blob/main/packages/doctor/FINDINGS.md';

export type LooseEvidence = Readonly<Record<string, EvidenceValue | undefined>>;

/** Makes a finding of severity `error`, without those entries of `evidence` that are undefined. */
export function error(code: FindingCode, message: string, evidence: LooseEvidence, next: string): Finding {
  return finding('error', code, message, evidence, next);
}

/** Makes a finding of severity `warning`, without those entries of `evidence` that are undefined. */
export function warning(code: FindingCode, message: string, evidence: LooseEvidence, next: string): Finding {
  return finding('warning', code, message, evidence, next);
}

/** Makes a finding of severity `info`, without those entries of `evidence` that are undefined. */
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
