import type { DriverCommand, PipelineStream, SendCommand } from '../driver/driver-command.ts';
import { admit, canRun } from './admission.ts';
import { Attempts } from './attempts.ts';
import { BatchCollector } from './batch-collector.ts';
import { traitsOf } from '../catalogue/command-traits.ts';
import type { Dispatch } from './dispatch.ts';
import { laneOf, track, trackFast, type Call } from './call.ts';
import { keepContext, slowPathStateOf, type SlowPathState } from './slow-path.ts';
import { Pauses } from './pauses.ts';
import { refusal } from './refusals.ts';
import type { GateHost } from './gate-host.ts';
import { currentRequestBudget, isFollowed } from '../verbs/request-budget.ts';
import { Settler } from './settler.ts';
import { TransactionGuard } from './transaction-guard.ts';
import { unavailable } from './unavailable.ts';
import { WaitingQueue } from './waiting-queue.ts';

type GateState = 'serving' | 'held' | 'ended';

/**
 * The single gate every command of one client passes: admission, deadline, accounting, retry. While all is well a
 * plain command takes the fast path, which costs one small object and no promise, timer or closure.
 */
export class Gate {
  readonly #host: GateHost;
  readonly #dispatch: Dispatch;
  readonly #settler: Settler;
  readonly #waiting: WaitingQueue;
  readonly #transactions = new TransactionGuard();
  readonly #batches: BatchCollector;
  readonly #attempts: Attempts;
  readonly #pauses: Pauses;
  #state: GateState = 'held';
  #awaySince: number | undefined;
  #writesAwaySince: number | undefined;
  #isWideOpen = false;
  #fastPath: ((command: DriverCommand) => void) | undefined;

  constructor(host: GateHost, dispatch: Dispatch) {
    this.#host = host;
    this.#dispatch = dispatch;
    this.#waiting = new WaitingQueue(host.clock, host.settings.admission, (call) =>
      this.#settler.fail(call, unavailable(host, call, host.laneCause(laneOf(call)))),
    );
    this.#pauses = new Pauses(host.clock, (call) => this.#comeBack(call, 0));
    this.#settler = new Settler(host, dispatch, {
      comeBack: (call, delayMs) => this.#comeBack(call, delayMs),
      isEnded: () => this.#state === 'ended',
      wouldRun: (call) => this.#canRun(call),
    });
    this.#attempts = new Attempts(host, dispatch, this.#settler, this.#transactions);
    this.#batches = new BatchCollector({
      owner: this.#settler,
      timeoutMs: host.settings.timeoutMs,
      now: () => host.clock.now(),
      runsAtOnce: () => this.#isWideOpen && !currentRequestBudget() && !this.#transactions.isWatching,
      start: (call, slow) => this.#attempts.start(call, slow),
      send: (command, stream, node) => void dispatch.send(command, stream, node),
      complete: (call, slow, ranAtOnce) => {
        if (!ranAtOnce) this.#admit(call, slow);
        else if (call.batch !== undefined) this.#settler.finishBatch(call, call.batch);
      },
    });
  }

  counts(): { readonly waiting: number; readonly waitingBytes: number; readonly inFlight: number } {
    const waiting = this.#waiting.length + this.#pauses.length;
    return { waiting, waitingBytes: this.#waiting.bytes, inFlight: this.#settler.inFlight.length };
  }

  /** Takes the place of the driver's `sendCommand`. */
  readonly handle: SendCommand = (command, stream, node) => {
    if (this.#isWideOpen && stream === undefined && command.call === undefined) {
      const traits = traitsOf(command.name);
      const fastPath = this.#fastPath;
      const isPlain = traits.ordinary && fastPath !== undefined && !isFollowed();
      if (isPlain && this.#settler.inFlight.length < this.#host.settings.admission.maxInFlight) {
        const call = trackFast(this.#settler, command, traits);
        const flush = this.#dispatch.currentFlush();
        call.sent = flush;
        call.written = flush;
        call.sends = 1;
        this.#settler.inFlight.add(call);
        fastPath(command);
        return command.promise;
      }
    }
    return this.#handleOnSlowPath(command, stream, node);
  };

  /** The connection serves: everything that waited leaves, in its order. */
  serve(): void {
    this.#state = 'serving';
    this.#awaySince = undefined;
    this.refresh();
  }

  /** The connection is away since `since`; undefined while it is only being made for the first time. */
  hold(since: number | undefined): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'serving') this.#transactions.connectionLost();
    this.#state = 'held';
    this.#awaySince = since;
    this.refresh();
  }

  /** A replica answers where a primary is expected: reads go on, writes wait. Undefined: they are back. */
  holdWrites(since: number | undefined): void {
    this.#writesAwaySince = since;
    this.refresh();
  }

  /** No command will ever run again: everything that waits is answered. */
  end(): void {
    this.#state = 'ended';
    this.refresh();
    this.#waiting.release(
      () => true,
      (call) => this.#settler.fail(call, unavailable(this.#host, call, 'closed')),
    );
    this.#pauses.drain((call) => this.#settler.fail(call, unavailable(this.#host, call, 'closed')));
    this.#settler.end();
  }

  /** Undoes {@link end}: the user connects the client again. */
  reopen(): void {
    if (this.#state === 'ended') this.#state = 'held';
  }

  /** Looks again whether the fast path is right: a circuit changed, the socket takes bytes again or no more. */
  refresh(): void {
    this.#chooseWay();
    if (this.#state === 'serving' && this.#waiting.length > 0) this.#releaseWaiting();
  }

  #chooseWay(): void {
    const { circuits } = this.#host;
    this.#isWideOpen =
      this.#state === 'serving' &&
      this.#writesAwaySince === undefined &&
      circuits.read.admitsAll &&
      circuits.write.admitsAll &&
      !this.#transactions.isInside &&
      !this.#dispatch.isBlocked();
    this.#fastPath = this.#isWideOpen ? this.#dispatch.fastPath() : undefined;
  }

  /** After the process was frozen, the time that passed counts against nobody. */
  forgiveElapsed(elapsedMs: number): void {
    this.#settler.inFlight.forgiveElapsed(elapsedMs);
  }

  #handleOnSlowPath(command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown {
    const { call: known } = command;
    if (this.#dispatch.isHandshake(command)) return this.#dispatch.send(command, stream, node);
    if (known !== undefined) {
      // The driver sends it again from its own queue; when its caller was answered already, it must not run.
      if (known.settled && stream === undefined) return command.promise;
      return this.#dispatch.send(command, stream, node);
    }
    if (command.name === 'quit' && this.#state === 'held') this.#dispatch.leave(command);
    else if (stream?.isPipeline === true) this.#batches.add(command, stream, node);
    else this.#issue(command, stream, node);
    return command.promise;
  }

  #issue(command: DriverCommand, stream: PipelineStream | undefined, node: unknown): void {
    const call = track(this.#settler, command, traitsOf(command.name));
    call.slow = slowPathStateOf(call, this.#host, stream, node);
    this.#admit(call, call.slow);
  }

  #admit(call: Call, slow: SlowPathState): void {
    this.#dispatch.wake();
    if (this.#dispatch.send.isWrapped === true) keepContext(slow);
    const { settings, circuits } = this.#host;
    const lane = laneOf(call);
    const now = slow.issuedAt;
    const requestBudget = currentRequestBudget();
    const admission = admit({
      gate: this.#state,
      lane,
      now,
      deadlineAt: slow.deadlineAt,
      awaySince: this.#awaySince,
      writesAwaySince: this.#writesAwaySince,
      isBlocked: this.#dispatch.isBlocked(),
      isIsolated: circuits[lane].state === 'isolated',
      isRequestBudgetSpent: requestBudget?.isSpent(now) === true,
      inFlight: this.#settler.inFlight.length,
      maxInFlight: settings.admission.maxInFlight,
      maxWaitMs: settings.admission.maxWaitMs,
      hasRoom: this.#waiting.hasRoomFor(slow.bytes),
    });
    if (admission.kind === 'refuse') {
      this.#settler.refuse(call, refusal(this.#host, call, admission.why, requestBudget));
      return;
    }
    if (requestBudget !== undefined) {
      slow.deadlineAt = Math.min(slow.deadlineAt, now + requestBudget.remainingMs(now));
      slow.requestBudget = requestBudget;
      requestBudget.startWaiting(now);
    }
    if (admission.kind === 'run') this.#run(call, slow);
    else {
      slow.expiresAt = Math.min(admission.expiresAt, slow.deadlineAt);
      this.#waiting.add(call, slow, 'fresh');
    }
  }

  #canRun(call: Call): boolean {
    return canRun({
      gate: this.#state,
      lane: laneOf(call),
      isBlocked: this.#dispatch.isBlocked(),
      writesAwaySince: this.#writesAwaySince,
    });
  }

  #run(call: Call, slow: SlowPathState): void {
    this.#attempts.make(call, slow);
    // It may have begun, or ended, a MULTI of its own.
    this.#chooseWay();
  }

  /** An attempt failed and another one follows: in its old place before all that is new. */
  #comeBack(call: Call, delayMs: number): void {
    const { slow } = call;
    if (slow === undefined) return;
    if (delayMs > 0) {
      this.#pauses.add(call, delayMs);
      return;
    }
    if (this.#state === 'ended') this.#settler.fail(call, unavailable(this.#host, call, 'closed'));
    else if (this.#canRun(call)) this.#run(call, slow);
    else {
      // Twice as long as a fresh one: it was promised already, and what is back within a moment is worth it.
      const maxWaitMs = 2 * this.#host.settings.admission.maxWaitMs;
      slow.expiresAt = Math.min(slow.deadlineAt, this.#host.clock.now() + maxWaitMs);
      this.#waiting.add(call, slow, 'returned');
    }
  }

  #releaseWaiting(): void {
    this.#waiting.release(
      (call) => this.#canRun(call),
      (call) => this.#run(call, call.slow as SlowPathState),
    );
  }
}
