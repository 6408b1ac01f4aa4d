import type { CauseCode } from '../cause.ts';
import type { Circuit } from '../circuit/circuit.ts';
import type { Clock, Random } from '../clock.ts';
import type { Call } from './call.ts';
import type { GateHost } from './gate-host.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Forensics, Outcome } from '../errors.ts';
import type { ProtectedClient, MemberHost } from '../connection/protected-client.ts';
import type { Settings } from '../options/settings.ts';
import type { Lane } from '../snapshot.ts';

/** What the gate of one member sees of its resilience: the circuits of all, and the connection of its own. */
export class MemberGateHost implements GateHost {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly retryBudget: RetryBudget;
  readonly #member: ProtectedClient;
  readonly #host: MemberHost;

  constructor(member: ProtectedClient, host: MemberHost) {
    this.settings = host.settings;
    this.clock = host.clock;
    this.random = host.random;
    this.circuits = host.circuits;
    this.retryBudget = host.retryBudget;
    this.#member = member;
    this.#host = host;
  }

  onVerdict(verdict: ReplyVerdict): void {
    this.#host.onVerdict(verdict, this.#member);
  }

  onSettled(call: Call, durationMs: number, failure: Error | undefined): void {
    this.#host.onSettled(call, durationMs, failure);
  }

  onRetry(call: Call, outcome: Outcome): void {
    this.#host.onRetry(call, outcome);
  }

  onWouldRefuse(call: Call): void {
    this.#host.onWouldRefuse(call);
  }

  retryAfterMs(lane: Lane): number | undefined {
    return this.#member.nextAttemptMs() ?? this.circuits[lane].retryAfterMs(this.clock.now());
  }

  laneCause(lane: Lane): CauseCode | undefined {
    const { cause, writesHeldBy } = this.#member;
    return cause ?? (lane === 'write' ? writesHeldBy : undefined) ?? this.circuits[lane].cause;
  }

  eventLoopLagMs(): number {
    return this.#host.eventLoopLagMs();
  }

  forensics(call: Call): Forensics {
    const { state, readAt, writtenAt, gate } = this.#member;
    const { waiting, inFlight } = gate.counts();
    const now = this.clock.now();
    return {
      command: call.traits.name,
      attempt: call.sends,
      connectionState: state,
      waiting,
      inFlight,
      lastReadAgeMs: readAt === undefined ? undefined : now - readAt,
      lastWriteAgeMs: writtenAt === undefined ? undefined : now - writtenAt,
      eventLoopLagMs: this.#host.eventLoopLagMs(),
    };
  }
}
