import type { CauseCode } from '../cause.ts';
import type { Dispatch } from './dispatch.ts';
import { laneOf, type Call } from './call.ts';
import type { GateHost } from './gate-host.ts';
import { endSlowPath } from './slow-path.ts';

/** Books each settled call: in the circuit of its lane, in the retry budget, and for whoever listens. */
export class Accounts {
  readonly #host: GateHost;
  readonly #dispatch: Dispatch;

  constructor(host: GateHost, dispatch: Dispatch) {
    this.#host = host;
    this.#dispatch = dispatch;
  }

  /** The server answered; an error reply that is the caller's own proves that it works as well as any. */
  succeeded(call: Call, replyError?: Error): void {
    const { sent, slow } = call;
    const readAt = this.#dispatch.readAt();
    const durationMs = sent === undefined ? 0 : this.#withoutLag(readAt - sent.at);
    if (sent !== undefined && slow?.blockingMs === undefined) {
      const lane = laneOf(call);
      const generation = slow?.generation ?? (lane === 'read' ? sent.readGeneration : sent.writeGeneration);
      this.#host.circuits[lane].succeeded(generation, durationMs, readAt);
    } else this.withdrawn(call);
    if (call.sends === 1) this.#host.retryBudget.succeededFirstTry();
    endSlowPath(slow, this.#host.clock);
    this.#host.onSettled(call, durationMs, replyError);
  }

  /** The server failed it, or left it without an answer while nothing else explains that. */
  failed(call: Call, cause: CauseCode | undefined, error: Error): void {
    const { sent, slow } = call;
    if (sent !== undefined) {
      const lane = laneOf(call);
      const generation = slow?.generation ?? (lane === 'read' ? sent.readGeneration : sent.writeGeneration);
      this.#host.circuits[lane].failed(generation, cause, this.#host.clock.now());
      if (slow !== undefined) slow.generation = undefined;
    }
    this.lost(call, error);
  }

  /** It failed for a reason that is known already, and says nothing new about the server. */
  lost(call: Call, error: Error): void {
    this.withdrawn(call);
    endSlowPath(call.slow, this.#host.clock);
    this.#host.onSettled(call, this.#durationOf(call), error);
  }

  /** It counts for nothing; a trial slot it held is free again. */
  withdrawn(call: Call): void {
    const { slow } = call;
    if (slow?.generation === undefined) return;
    this.#host.circuits[laneOf(call)].ignored(slow.generation);
    slow.generation = undefined;
  }

  // An answer that lay in the socket while our own code ran was not slow.
  #withoutLag(elapsedMs: number): number {
    if (elapsedMs < suspiciousMs) return Math.max(0, elapsedMs);
    return Math.max(0, elapsedMs - this.#host.eventLoopLagMs());
  }

  #durationOf(call: Call): number {
    const startedAt = call.slow?.issuedAt ?? call.sent?.at;
    return startedAt === undefined ? 0 : this.#host.clock.now() - startedAt;
  }
}

/** Shorter calls are not looked into: the lag of the event loop is known no better. */
const suspiciousMs = 20;
