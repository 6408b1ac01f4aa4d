import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import { debug } from '../debug.ts';
import type { Settings } from '../settings.ts';
import type { Established, Target } from '../handshake/establish.ts';
import { Probe, type ProbeVerdict } from './probe.ts';
import type { Wire } from '../socket/wire.ts';

/** What the inquiry found out; the connection acts on it. */
export interface SilenceListener {
  /** The server is away: it does not answer anybody, or says that it does not serve. */
  onAway(cause: CauseCode): void;
  /** The server serves, and says so to this connection as well as to any. */
  onServes(): void;
  /** The server serves, and this connection is dead. The other one takes its place. */
  onDead(replacement: Established): void;
  /** Nobody is there. */
  onGone(cause: CauseCode): void;
  /** Why the server is taken for away right now; undefined while it is not. */
  awayCause(): CauseCode | undefined;
}

const probeGrowth = 1.5;
const minGraceMs = 50;
const maxGraceMs = 200;

/**
 * Finds out why a connection is silent, by asking over a second one. Nothing is torn down on suspicion: only when the
 * second is answered and the first still is not. While the server is away it goes on asking.
 */
export class Silence {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #wire: Wire;
  readonly #probe: Probe;
  readonly #listener: SilenceListener;
  /** A second connection that was answered, while the first one is given a moment. */
  #candidate: Established | undefined;
  #timer: TimerHandle | undefined;
  /** Grows from probe to probe, for a server that is only slow to greet. */
  #timeoutMs = 0;
  #since = 0;

  constructor(target: Target, wire: Wire, settings: Settings, listener: SilenceListener) {
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#wire = wire;
    this.#probe = new Probe(target, wire, settings.clock);
    this.#listener = listener;
  }

  /** Whether a sign of life at this time ends the silence that is looked into. */
  isEndedBy(aliveAt: number): boolean {
    return aliveAt >= this.#since;
  }

  inquire(): void {
    this.#since = this.#clock.now();
    this.#timeoutMs = 0;
    debug('%s: stall suspected, the server is asked over a second connection', this.#settings.name);
    this.#ask();
  }

  /** Asks again, at the pace of dialing, for as long as the server is away. */
  inquireAgain(): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#listener.awayCause() !== undefined) this.#ask();
    }, this.#settings.connection.minPeriodMs);
  }

  stop(): void {
    this.#probe.stop();
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#candidate?.socket.destroy();
    this.#candidate = undefined;
  }

  #ask(): void {
    const { handshakeTimeoutMs, minStallMs } = this.#settings.connection;
    const patienceMs = Math.max(minStallMs, this.#wire.roundTrip.limitMs());
    const timeoutMs = Math.min(handshakeTimeoutMs, Math.max(this.#timeoutMs, 2 * patienceMs));
    this.#timeoutMs = timeoutMs * probeGrowth;
    this.#probe.start(patienceMs, timeoutMs, {
      onNoAnswer: () => {
        debug('%s: probe: no answer there either', this.#settings.name);
        this.#listener.onAway('stalled');
      },
      onVerdict: (verdict) => this.#judge(verdict),
    });
  }

  #judge(verdict: ProbeVerdict): void {
    const why = verdict.kind === 'serves' ? 'it answers there' : verdict.cause;
    debug('%s: probe: %s (%s)', this.#settings.name, verdict.kind, why);
    switch (verdict.kind) {
      case 'unreachable':
        this.#listener.onGone(verdict.cause);
        return;
      case 'away':
        this.#listener.onAway(verdict.cause);
        this.inquireAgain();
        return;
      case 'serves':
        this.#weigh(verdict.established);
        return;
      default:
        verdict satisfies never;
    }
  }

  #weigh(established: Established): void {
    const cause = this.#listener.awayCause();
    if (cause !== undefined && cause !== 'stalled') {
      established.socket.destroy();
      this.#listener.onServes();
      return;
    }
    // After a thaw both connections are answered, in any order: the first one gets a moment.
    const graceMs = Math.min(maxGraceMs, minGraceMs + 4 * this.#wire.roundTrip.meanMs);
    this.#candidate = established;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#candidate = undefined;
      const isStillSilent = !this.isEndedBy(this.#wire.aliveAt);
      if (isStillSilent && !established.socket.destroyed) {
        debug('%s: the socket is dead, the one of the probe takes its place', this.#settings.name);
        this.#listener.onDead(established);
      } else established.socket.destroy();
    }, graceMs);
  }
}
