import { createHash, type Hash } from 'node:crypto';

/** The kinds of violations that a run can find. */
export type FindingKind =
  | 'settled-twice'
  | 'never-settled'
  | 'late'
  | 'wrong-outcome'
  | 'lost'
  | 'ran-twice'
  | 'ran-after-given-up'
  | 'strange-error'
  | 'failed'
  | 'not-recovered'
  | 'wrong-status'
  | 'messages'
  | 'healthy-replaced'
  | 'history'
  | 'left-over'
  | 'unbounded'
  | 'miscounted'
  | 'uncaught';

export interface Finding {
  readonly kind: FindingKind;
  readonly atMs: number;
  readonly text: string;
}

/** Maximum number of findings to keep of each kind. */
const mostOfAKind = 3;

/** The findings of a run, and a digest of everything that happened in it. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #now: () => number;
  readonly #hash: Hash = createHash('sha256');
  readonly #trace: ((line: string) => void) | undefined;

  /** `trace` is called with each line that contributes to the digest. */
  constructor(now: () => number, trace: ((line: string) => void) | undefined) {
    this.#now = now;
    this.#trace = trace;
  }

  note(text: string): void {
    const line = `${this.#now().toFixed(3)} ${text}\n`;
    this.#hash.update(line);
    this.#trace?.(line);
  }

  add(kind: FindingKind, text: string): void {
    if (this.list.filter((finding) => finding.kind === kind).length >= mostOfAKind) return;
    this.list.push({ kind, atMs: this.#now(), text });
    this.#trace?.(`${this.#now().toFixed(3)} FOUND ${kind}: ${text}\n`);
  }

  digest(): string {
    return this.#hash.digest('hex').slice(0, 16);
  }
}
