import type { Look } from './look.ts';
import type { Source } from './source.ts';

const keptLooks = 240;

/** One target of `watch`, with the results of its last checks, at most 240. */
export class Track {
  readonly #source: Source;
  readonly #looks: Look[] = [];
  #ownOutages = 0;
  #lastCause: string | undefined;
  #lastLine = '';

  constructor(source: Source) {
    this.#source = source;
  }

  get label(): string {
    return this.#source.label;
  }

  get looks(): readonly Look[] {
    return this.#looks;
  }

  get latest(): Look | undefined {
    return this.#looks.at(-1);
  }

  get isWell(): boolean {
    return this.latest?.status === 'up';
  }

  /**
   * Number of outages: for an application, as its health endpoint counts them; for a Redis server, as `watch` saw them.
   */
  get outages(): number {
    return this.latest?.outages ?? this.#ownOutages;
  }

  /** The cause of the latest outage, which stays available after the target has recovered. */
  get lastCause(): string | undefined {
    return this.#lastCause;
  }

  async look(timeoutMs: number): Promise<void> {
    const before = this.latest?.status;
    const look = await this.#source.look(timeoutMs);
    if (look.status !== 'up' && (before === 'up' || before === undefined)) this.#ownOutages++;
    this.#lastCause = look.cause ?? this.#lastCause;
    this.#looks.push(look);
    if (this.#looks.length > keptLooks) this.#looks.shift();
  }

  /** Returns a line that describes the last check, for output that is not a terminal; empty if nothing has changed. */
  changeLine(): string {
    const { latest } = this;
    if (latest === undefined) return '';
    const line = `${this.label} ${latest.status} circuit=${latest.circuit} outages=${this.outages} cause=${latest.cause ?? '-'}`;
    if (line === this.#lastLine) return '';
    this.#lastLine = line;
    return `${new Date().toISOString()} ${line}\n`;
  }
}
