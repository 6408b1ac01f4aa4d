import type {
  Diagnosis,
  DiagnosisTarget,
  DiagnoseOptions,
  FindingCode,
  Severity,
} from '@redis-resilience/doctor';
import { diagnose } from '@redis-resilience/doctor';

/**
 * The diagnosis that a condition should lead to: its first finding, or `healthy` for no finding above severity `info`.
 */
export interface Expectation {
  readonly code: FindingCode | 'healthy';
  readonly severity?: Severity;
  /** Words that the message or the evidence of the first finding must contain. */
  readonly words?: RegExp;
}

export interface Verdict {
  readonly topic: string;
  readonly condition: string;
  readonly expected: string;
  readonly found: string;
  readonly isRight: boolean;
  /** The reason why this machine cannot produce the condition; undefined if it can. */
  readonly skipped?: string;
  readonly durationMs: number;
  readonly diagnosis?: Diagnosis;
}

/** Brings real servers into one condition after the other, and lets the doctor diagnose each of them. */
export type Scene = (laboratory: Laboratory) => Promise<void>;

/** Collects the results of all conditions of one topic. */
export class Laboratory {
  readonly verdicts: Verdict[] = [];
  readonly #topic: string;

  constructor(topic: string) {
    this.#topic = topic;
  }

  /** Diagnoses a target within this process. */
  async check(
    condition: string,
    expected: Expectation,
    target: DiagnosisTarget,
    options: DiagnoseOptions = {},
  ): Promise<void> {
    let diagnosis = await diagnose(target, { timeoutMs: 3000, ...options });
    // Other tests that run at the same time may disturb one diagnosis, but hardly three in a row, so the
    // condition is diagnosed up to three times.
    for (let round = 0; round < 2 && !isRight(expected, diagnosis); round++)
      diagnosis = await diagnose(target, { timeoutMs: 3000, ...options });
    this.judge(condition, expected, diagnosis);
  }

  judge(condition: string, expected: Expectation, diagnosis: Diagnosis): void {
    const { severity = 'error' } = expected;
    const [first] = diagnosis.findings;
    const found = first === undefined ? 'nothing' : `${first.severity} ${first.code}`;
    this.verdicts.push({
      topic: this.#topic,
      condition,
      expected: expected.code === 'healthy' ? 'nothing above info' : `${severity} ${expected.code}`,
      found: expected.code === 'healthy' && first?.severity === 'info' ? 'nothing above info' : found,
      isRight: isRight(expected, diagnosis),
      durationMs: diagnosis.durationMs,
      diagnosis,
    });
  }

  skip(condition: string, reason: string): void {
    this.verdicts.push({
      topic: this.#topic,
      condition,
      expected: '-',
      found: '-',
      isRight: true,
      skipped: reason,
      durationMs: 0,
    });
  }
}

function isRight({ code, severity = 'error', words = /./ }: Expectation, { findings }: Diagnosis): boolean {
  const [first] = findings;
  if (code === 'healthy') return findings.every((finding) => finding.severity === 'info');
  if (first?.code !== code || first.severity !== severity) return false;
  return words.test(`${first.message} ${JSON.stringify(first.evidence)}`);
}
