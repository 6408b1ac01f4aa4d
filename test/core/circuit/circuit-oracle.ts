import type { CircuitSettings } from '../../../packages/core/src/options/circuit-settings.ts';
import type { CircuitState } from '../../../packages/core/src/snapshot.ts';

type Kind = 'ok' | 'slow' | 'fail';

/** A call that the oracle admitted. Its result counts if `counts` is true and the circuit still has the same `era`. */
export interface OracleCall {
  readonly era: number;
  readonly counts: boolean;
}

/**
 * Computes what a circuit must do from the whole history, without the circuit's window, buckets and counters. The
 * circuit's window consists of buckets, so it may cover a little less than the exact window. If the two windows lead to
 * different results, `possibleTrips` holds both allowed results, and the test tells the oracle which one the circuit
 * has chosen.
 */
export class CircuitOracle {
  now: number;
  era = 0;
  state: CircuitState = 'closed';
  path: CircuitState[] = [];
  readonly #settings: CircuitSettings;
  readonly #jitter: number;
  #log: { readonly at: number; readonly kind: Kind }[] = [];
  #closedAt: number;
  #openings = 0;
  #openUntil = 0;
  #trials: { call: OracleCall; startedAt: number; result: 'out' | 'ok' | 'gone' }[] = [];
  #holders = 0;
  #refused = 0;

  constructor(settings: CircuitSettings, jitter: number, now: number) {
    this.#settings = settings;
    this.#jitter = jitter;
    this.now = now;
    this.#closedAt = now;
  }

  /** Applies everything that has become due by now. */
  look(): void {
    for (;;) {
      const hungAt = this.#hungAt();
      if (this.state === 'open' && this.now >= this.#openUntil) this.#become('half-open');
      else if (hungAt !== undefined && this.now >= hungAt) this.#open(hungAt);
      else return;
    }
  }

  /**
   * `isSlow` means that the circuit is open because calls were slow. Such a circuit refuses only three of four calls,
   * and admits the fourth.
   */
  admit(isSlow = false): OracleCall | undefined {
    this.look();
    if (this.state === 'closed') return { era: this.era, counts: true };
    if (this.state === 'isolated') return undefined;
    const taken = this.#trials.filter(({ result }) => result !== 'gone').length;
    if (this.state === 'half-open' && taken < this.#settings.trials) {
      const call = { era: this.era, counts: true };
      this.#trials.push({ call, startedAt: this.now, result: 'out' });
      return call;
    }
    const isRelieved = isSlow && this.state === 'open' && this.#settings.mode === 'enforce';
    if (isRelieved) this.#refused++;
    const isRefused = !isRelieved || this.#refused % 4 !== 0;
    if (this.#settings.mode === 'enforce' && isRefused) return undefined;
    return { era: this.era, counts: false };
  }

  /** Settles a call. Returns whether a closed circuit may open, and whether it must. */
  settle(call: OracleCall, result: Kind | 'ignored'): { may: boolean; must: boolean } {
    const quiet = { may: false, must: false };
    const counts = (): boolean => call.counts && call.era === this.era;
    // A result that does not count must not cause a due change of state, because a later event may cancel that change.
    if (counts() && this.state !== 'closed') this.look();
    if (!counts()) return quiet;
    if (this.state === 'half-open') {
      this.#settleTrial(call, result);
      return quiet;
    }
    if (this.state !== 'closed' || result === 'ignored') return quiet;
    this.#log.push({ at: this.now, kind: result });
    if (result === 'ok') return quiet;
    if (result === 'fail' && this.#lumpsInARow() >= Math.max(2, this.#settings.maxConsecutiveFailures))
      return { may: true, must: true };
    const verdicts = this.#possibleWindows().map((window) => this.#exceeds(window, result));
    return { may: verdicts.includes(true), must: !verdicts.includes(false) };
  }

  trip(): void {
    this.look();
    if (this.state === 'closed' || this.state === 'half-open') this.#open(this.now);
  }

  close(): void {
    this.look();
    if (this.state === 'open' || this.state === 'half-open') this.#become('closed');
  }

  enterHalfOpen(): void {
    this.look();
    if (this.state === 'open') this.#become('half-open');
  }

  discardCounts(): void {
    for (const trial of this.#trials) if (trial.result === 'out') trial.result = 'gone';
    this.#pauseWhenNoneIsOut();
    this.look();
    this.#log = [];
    this.era++;
  }

  isolate(): void {
    this.look();
    this.#holders++;
    if (this.state !== 'isolated') this.#become('isolated');
  }

  release(): void {
    this.#holders--;
    if (this.#holders > 0) return;
    this.#openings = 0;
    this.#become('closed');
  }

  retryAfterMs(): number | undefined {
    return this.state === 'open' ? this.#openUntil - this.now : undefined;
  }

  #settleTrial(call: OracleCall, result: Kind | 'ignored'): void {
    const trial = this.#trials.find((candidate) => candidate.call === call);
    if (trial?.result !== 'out') return;
    if (result === 'fail' || result === 'slow') return this.#open(this.now);
    trial.result = result === 'ok' ? 'ok' : 'gone';
    const successes = this.#trials.filter((candidate) => candidate.result === 'ok').length;
    if (successes === this.#settings.trials) this.#become('closed');
    else this.#pauseWhenNoneIsOut();
  }

  /** If no trial is running, the time limit of five seconds starts again with the next trial. */
  #pauseWhenNoneIsOut(): void {
    if (this.#trials.some(({ result }) => result === 'out')) return;
    for (const trial of this.#trials) trial.startedAt = Infinity;
  }

  #hungAt(): number | undefined {
    if (this.state !== 'half-open') return undefined;
    if (!this.#trials.some(({ result }) => result === 'out')) return undefined;
    return Math.min(...this.#trials.map(({ startedAt }) => startedAt)) + 5_000;
  }

  #open(at: number): void {
    if (this.state === 'closed' && at - this.#closedAt >= this.#settings.windowMs) this.#openings = 0;
    const { openMs, maxOpenMs } = this.#settings;
    const full = Math.min(maxOpenMs, openMs * 2 ** this.#openings);
    this.#openings++;
    this.#openUntil = at + full / 2 + (full / 2) * this.#jitter;
    this.#become('open');
  }

  #become(state: CircuitState): void {
    this.state = state;
    this.path.push(state);
    this.era++;
    this.#log = [];
    this.#trials = [];
    if (state === 'closed') this.#closedAt = this.now;
  }

  #lumpsInARow(): number {
    const last = this.#log.findLastIndex(({ kind }) => kind !== 'fail');
    let lumps = 0;
    let startedAt = -Infinity;
    for (const { at } of this.#log.slice(last + 1)) {
      if (at - startedAt < 50) continue;
      lumps++;
      startedAt = at;
    }
    return lumps;
  }

  /**
   * Returns the results within each window that a ring of ten buckets may cover: from nine tenths of the full
   * length to all of it.
   */
  #possibleWindows(): Kind[][] {
    const { windowMs } = this.#settings;
    const latest = this.now - windowMs + windowMs / 10;
    const cuts = [latest, ...this.#log.map(({ at }) => at)].filter(
      (cut) => cut > this.now - windowMs && cut <= latest,
    );
    return cuts.map((cut) => this.#log.filter(({ at }) => at >= cut).map(({ kind }) => kind));
  }

  #exceeds(window: Kind[], kind: Kind): boolean {
    const count = window.filter((candidate) => candidate === kind).length;
    const ratio = kind === 'fail' ? this.#settings.failureRatio : this.#settings.slowRatio;
    const least = kind === 'fail' ? 5 : 0;
    return window.length >= this.#settings.minCalls && count >= least && count / window.length >= ratio;
  }
}
