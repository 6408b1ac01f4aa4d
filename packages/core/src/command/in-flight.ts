import type { Clock } from '../clock.ts';
import { Deadlines } from './deadlines.ts';
import { CallList } from './call-list.ts';
import type { Call } from './call.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import type { SlowPathState } from './slow-path.ts';
import type { Flush } from '../event-loop/flush.ts';

/** Everything that was sent and is not answered, and the deadlines it is under. */
export class InFlight {
  readonly #clock: Clock;
  readonly #expire: (call: Call) => void;
  /** Under the common deadline; the oldest first. */
  readonly #common = new CallList();
  /** With a deadline of their own: blocking commands, pipelines, and what was sent again. */
  readonly #slow = new Set<Call>();
  readonly #deadlines: Deadlines;

  constructor(clock: Clock, timeoutMs: number, expire: (call: Call) => void) {
    this.#clock = clock;
    this.#expire = expire;
    this.#deadlines = new Deadlines(clock, timeoutMs, this.#common, expire);
  }

  get length(): number {
    return this.#common.length + this.#slow.size;
  }

  add(call: Call): void {
    this.#common.push(call);
    this.#deadlines.watch();
  }

  addSlow(call: Call, slow: SlowPathState): void {
    this.#slow.add(call);
    if (slow.deadlineAt === Infinity) return;
    const delayMs = Math.max(0, slow.deadlineAt - this.#clock.now());
    slow.timer = this.#clock.setTimeout(() => {
      slow.timer = undefined;
      afterReads(this.#clock, () => {
        if (this.#slow.has(call) && slow.timer === undefined) this.#expire(call);
      });
    }, delayMs);
  }

  remove(call: Call): void {
    if (this.#slow.delete(call)) {
      const { slow } = call;
      if (slow?.timer !== undefined) this.#clock.clearTimeout(slow.timer);
      if (slow !== undefined) slow.timer = undefined;
    } else if (call.previous !== undefined || call.next !== undefined || this.#common.head === call) {
      this.#common.remove(call);
    }
  }

  /** After the process was frozen, the time that passed counts against nobody who was sent before. */
  forgiveElapsed(elapsedMs: number): void {
    const frozenAt = this.#clock.now() - elapsedMs;
    const seen = new Set<Flush>();
    for (let call = this.#common.head; call !== undefined; call = call.next) {
      if (call.sent === undefined || call.sent.at > frozenAt || seen.has(call.sent)) continue;
      seen.add(call.sent);
      call.sent.at += elapsedMs;
    }
    const bounded = [...this.#slow].filter(
      ({ slow }) => slow !== undefined && slow.issuedAt <= frozenAt && slow.deadlineAt < Infinity,
    );
    for (const call of bounded) {
      const slow = call.slow as SlowPathState;
      this.remove(call);
      slow.deadlineAt += elapsedMs;
      this.addSlow(call, slow);
    }
  }

  /** Hands out everything, and stops. */
  drain(take: (call: Call) => void): void {
    this.#deadlines.stop();
    for (const call of this.#slow) take(call);
    while (this.#common.head !== undefined) take(this.#common.head);
  }
}
