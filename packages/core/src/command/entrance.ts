import { traitsOf } from '../catalogue/command-traits.ts';
import { blockingTimeoutMs } from '../catalogue/blocking-timeout.ts';
import { waitsUntilDone } from '../catalogue/lasting-command.ts';
import type { DriverCommand, PipelineStream, SendCommand } from '../driver/driver-command.ts';
import type { SentBefore } from '../driver/sent-before.ts';
import type { Flush } from '../event-loop/flush.ts';
import { isUnsendable, refuseName, replaceUnsendable } from '../driver/unsendable-command.ts';
import { operationOfCommand } from '../verbs/operation.ts';
import { currentRequestBudget, isFollowed } from '../verbs/request-budget.ts';
import { admit, patienceOf } from './admission.ts';
import { adoptCalls } from './pending/adopt-calls.ts';
import { Answers } from './answers.ts';
import { Batch } from './batch/batch.ts';
import { directSendBy, sendBatched, type Gathering } from './batch/gathering.ts';
import { JoinedBatch } from './batch/joined-batch.ts';
import { refusalOf } from './call-errors.ts';
import { Call, onSlowPath, track, trackFast, type SlowCall } from './call.ts';
import type { Dispatch } from './dispatch.ts';
import type { Gate } from './gate.ts';
import type { GateParts, Line } from './line.ts';
import { pendingBlockingMs } from './pending/pending-blocking.ts';
import { presentCall } from './pending/present-call.ts';
import { argumentBytes } from './slow-path.ts';
import { spellInLowerCase } from './spelling.ts';
import { runNext } from '../event-loop/soon.ts';

/**
 * Receives the driver's commands, and admits or rejects them. A plain command (see `FastRoute`) with nothing to check
 * uses the fast path, which allocates one small object and no promise, timer or closure.
 */
export class Entrance {
  readonly #gate: Gate;
  readonly #dispatch: Dispatch;
  readonly #parts: GateParts;
  readonly #line: Line;
  readonly #answers: Answers;
  #gathering: Gathering | undefined;

  constructor(gate: Gate, parts: GateParts, line: Line, dispatch: Dispatch) {
    this.#gate = gate;
    this.#parts = parts;
    this.#line = line;
    this.#answers = new Answers(gate, parts, line, dispatch);
    this.#dispatch = dispatch;
  }

  /** Call after `driver.takeOver`, with the commands that the driver had sent before. */
  adopt(sent: SentBefore, flush: Flush): void {
    adoptCalls(sent, { gate: this.#gate, owner: this.#answers, settings: this.#parts.settings, flush });
  }

  /** Replaces the driver's `sendCommand`. */
  readonly handle: SendCommand = (command, stream, node) => {
    if (typeof command.name !== 'string') refuseName(command);
    // The driver issues a batch in a synchronous loop, so once any other command arrives, the batch is complete.
    if (this.#gathering !== undefined && this.#gathering.stream !== stream) this.#completeBatch();
    const { fastPath } = this.#gate.state;
    if (fastPath !== undefined && stream === undefined && command.call === undefined) {
      const traits = traitsOf(command.name);
      const isPlain = traits.ordinary && !isUnsendable(command) && command.timeoutMs === undefined;
      if (isPlain && !this.#gate.inFlight.isFull && !isFollowed()) {
        const route = fastPath.routeOf(command);
        if (route !== undefined) {
          const call = new Call(this.#answers, command, traits);
          call.circuits = route.circuits;
          trackFast(command, call);
          this.#gate.startFast(call, route);
          route.write(command);
          return command.promise;
        }
      }
    }
    return this.#handleOnSlowPath(command, stream, node);
  };

  /** Call when the client is told to quit: every command that is issued later fails. */
  leave(): void {
    if (this.#gathering !== undefined) this.#completeBatch();
    this.#gate.state.leave();
  }

  #handleOnSlowPath(command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown {
    spellInLowerCase(command);
    const known = presentCall(command);
    if (this.#dispatch.isHandshake(command)) return this.#dispatch.send(command, stream, node);
    if (known !== undefined) {
      // The driver resends this command from its own queue, in vain if the caller already has a result.
      if (known.settled && stream === undefined) return command.promise;
      return this.#dispatch.send(command, stream, node);
    }
    if (stream?.isPipeline === true) this.#gather(command, stream, node);
    else if (command.joined !== undefined) this.#issueJoined(command);
    else if (command.name === 'quit') this.#quit(command, stream, node);
    else if (!isUnsendable(command)) this.#issue(command, stream, node);
    return command.promise;
  }

  /** Runs QUIT after all calls that were issued earlier; if QUIT cannot be sent, ends the client without sending it. */
  #quit(command: DriverCommand, stream: PipelineStream | undefined, node: unknown): void {
    if (this.#gate.state.kind === 'held' && this.#gate.counts().waiting === 0)
      return this.#dispatch.leave(command);
    const { resolve } = command;
    command.timeoutMs = this.#parts.settings.timeoutMs + pendingBlockingMs(this.#gate);
    command.reject = () => {
      command.resolve = resolve;
      this.#dispatch.leave(command);
    };
    this.#issue(command, stream, node);
    this.#gate.state.leave();
  }

  #issue(command: DriverCommand, stream: PipelineStream | undefined, node: unknown): void {
    const { clock, timeoutMs } = this.#parts.settings;
    const traits = traitsOf(command.name);
    const blockingMs = blockingTimeoutMs(traits, command.args);
    const answerMs = Math.max(command.timeoutMs ?? timeoutMs, command.patienceMs ?? 0) + (blockingMs ?? 0);
    this.#gate.state.guards.note(traits, blockingMs, command);
    const call = onSlowPath(new Call(this.#answers, command, traits), {
      issuedAt: clock.now(),
      allowedMs: waitsUntilDone(traits.name, command, this.#line.state) ? Infinity : answerMs,
      bytes: argumentBytes(command.args),
      stream,
      node,
      blockingMs,
      operation: operationOfCommand(),
    });
    track(command, call);
    this.#admit(call);
  }

  #gather(command: DriverCommand, stream: PipelineStream, node: unknown): void {
    const gathering = (this.#gathering ??= this.#beginBatch(command, stream, node));
    const { call, batch } = gathering;
    if (isUnsendable(command)) replaceUnsendable(command, batch.isTransaction);
    const traits = traitsOf(command.name);
    batch.add(command, traits);
    if (batch.isDirect) trackFast(command, call);
    else track(command, call);
    // The blocking commands in a batch run sequentially, so their timeouts are added up.
    const blockingMs = blockingTimeoutMs(traits, command.args);
    // In a transaction, no command blocks.
    this.#gate.state.guards.note(traits, batch.isTransaction ? undefined : blockingMs);
    if (blockingMs !== undefined) {
      call.slow.allowBlocking(blockingMs);
      if (call.sent !== undefined) this.#gate.inFlight.reschedule(call);
    }
    if (call.sent === undefined) return;
    this.#gate.state.guards.checkBatched(call, command, traits);
    sendBatched(command, traits, gathering, this.#dispatch, node);
  }

  #beginBatch(command: DriverCommand, stream: PipelineStream, node: unknown): Gathering {
    const call = this.#callOfBatch(command, stream, node);
    const batch = new Batch();
    call.batch = batch;
    const { state } = this.#gate;
    const isSent = currentRequestBudget() === undefined && state.takesAtOnce(call);
    if (isSent) this.#gate.start(call);
    const direct = isSent ? directSendBy(state.fastPath?.routeOf(command), this.#dispatch) : undefined;
    batch.isDirect = direct !== undefined;
    runNext(() => this.#gathering?.call === call && this.#completeBatch());
    return { stream, call, batch, direct };
  }

  /** Issues a batch that the driver passes as one command: `command.joined` contains the commands of the batch. */
  #issueJoined(command: DriverCommand): void {
    const batch = new JoinedBatch(command);
    const call = this.#callOfBatch(command);
    call.batch = batch;
    track(command, call);
    for (const joined of command.joined ?? []) {
      call.slow.bytes += argumentBytes(joined);
      const traits = traitsOf(joined[0]);
      const blockingMs = traits.kind === 'blocking' ? blockingTimeoutMs(traits, joined.slice(1)) : undefined;
      this.#gate.state.guards.note(traits, batch.isTransaction ? undefined : blockingMs);
      if (blockingMs !== undefined) call.slow.allowBlocking(blockingMs);
    }
    const { state } = this.#gate;
    if (currentRequestBudget() !== undefined || !state.takesAtOnce(call)) return this.#admit(call);
    this.#gate.start(call);
    if (batch.hasScans) {
      for (const { command: step } of batch.commands)
        state.guards.checkBatched(call, step, traitsOf(step.name));
    }
    const route = this.#dispatch.writesAtOnce ? state.fastPath?.routeOf(command) : undefined;
    if (route === undefined) this.#dispatch.send(command);
    else route.write(command);
  }

  #callOfBatch(command: DriverCommand, stream?: PipelineStream, node?: unknown): SlowCall {
    const { clock, timeoutMs } = this.#parts.settings;
    const call = new Call(this.#answers, command, traitsOf(command.name));
    const [operation, allowedMs] = [operationOfCommand(), command.timeoutMs ?? timeoutMs];
    return onSlowPath(call, { issuedAt: clock.now(), allowedMs, operation, stream, node });
  }

  /** Admits a batch when all its commands have arrived, or finishes it if they were sent on arrival. */
  #completeBatch(): void {
    const { call, batch } = this.#gathering as Gathering;
    this.#gathering = undefined;
    batch.isComplete = true;
    if (call.sent !== undefined) return this.#answers.finishBatch(call, batch);
    call.slow.bytes = batch.bytes();
    // The batch could not be sent while it was incomplete, so the time until now does not shorten its deadline.
    const now = this.#parts.settings.clock.now();
    call.slow.extendDeadlines(now - call.slow.issuedAt);
    this.#admit(call, now);
  }

  #admit(call: SlowCall, now = call.slow.issuedAt): void {
    const { slow } = call;
    const { state, waiting, inFlight } = this.#gate;
    this.#dispatch.wake();
    if (this.#dispatch.isWrapped) slow.keepContext();
    const requestBudget = currentRequestBudget();
    slow.patienceMs = patienceOf(call);
    const { maxWaitMs } = this.#parts.settings.admission;
    const { gate, lane, partAway, awaySince, writesAwaySince, isBlocked, isIsolated } = state.factsFor(call);
    slow.isEarly = gate === 'held' && awaySince === undefined;
    // The properties are listed, because V8 gives an object made by spreading a hidden class of its own, which is slow.
    const admission = admit({
      gate,
      lane,
      partAway,
      awaySince,
      writesAwaySince,
      isBlocked,
      isIsolated,
      now,
      deadlineAt: slow.waitsUntil(maxWaitMs),
      isRequestBudgetSpent: requestBudget?.isSpent(now) === true,
      isFull: gate === 'serving' || slow.isEarly ? inFlight.isFullWith(waiting.length) : inFlight.isFull,
      maxWaitMs,
      patienceMs: Math.max(slow.patienceMs, state.changePatienceMs),
      hasRoom: waiting.hasRoomFor(slow.bytes),
    });
    if (admission.kind === 'refuse') {
      const spent = requestBudget?.error(call.name, this.#parts.settings.name);
      const failure = refusalOf(admission.why, state.reasonFor(call), spent);
      return this.#gate.refuse(call, failure, call.batch === undefined ? this.handle : undefined);
    }
    if (requestBudget !== undefined) {
      slow.endWith(now + requestBudget.remainingMs(now));
      slow.requestBudget = requestBudget;
      requestBudget.startWaiting(now);
    }
    if (admission.kind === 'run') this.#gate.run(call);
    else this.#gate.wait(call, 'fresh', Math.min(admission.expiresAt, slow.waitsUntil(maxWaitMs)));
  }
}
