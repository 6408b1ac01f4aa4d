import type { CauseCode } from '../cause.ts';
import { CircuitOpenError, OverloadedError } from '../errors.ts';
import type { DriverCommand, PipelineStream, SendCommand } from '../ioredis.ts';
import type { Lane } from '../snapshot.ts';
import { Batch } from './batch.ts';
import { blockingTimeoutMs } from './blocking-timeout.ts';
import { traitsOf } from './command-traits.ts';
import type { Dispatch } from './dispatch.ts';
import { track, type Entry, type LateRecord } from './entry.ts';
import type { GateHost } from './gate-host.ts';
import { budgetOfRequest } from './request-budget.ts';
import { Settler } from './settler.ts';
import { sizeOf } from './size-of.ts';
import { TransactionGuard } from './transaction-guard.ts';
import { describeUnavailable, unavailable } from './unavailable.ts';
import { waitUntil } from './wait-policy.ts';
import { WaitingQueue } from './waiting-queue.ts';

type GateState = 'open' | 'held' | 'ended';

/**
 * The single gate every command of one client passes: admission, deadline, accounting, retry. While all is well a
 * plain command takes the short way, which costs one small object and no promise, timer or closure.
 */
export class Gate {
  readonly #host: GateHost;
  readonly #dispatch: Dispatch;
  readonly #settler: Settler;
  readonly #waiting: WaitingQueue;
  readonly #transactions = new TransactionGuard();
  #state: GateState = 'held';
  #awaySince: number | undefined;
  #writesAwaySince: number | undefined;
  #isWideOpen = false;
  #short: ((command: DriverCommand) => void) | undefined;
  #collecting: { readonly stream: PipelineStream; readonly entry: Entry } | undefined;

  constructor(host: GateHost, dispatch: Dispatch) {
    this.#host = host;
    this.#dispatch = dispatch;
    this.#waiting = new WaitingQueue(host.clock, host.settings.admission, (entry) =>
      this.#giveUpWaiting(entry),
    );
    this.#settler = new Settler(host, dispatch, {
      comeBack: (entry, delayMs) => this.#comeBack(entry, delayMs),
      isEnded: () => this.#state === 'ended',
      wouldRun: (entry) => this.#canRun(laneOf(entry)),
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get waitingBytes(): number {
    return this.#waiting.bytes;
  }

  get inFlight(): number {
    return this.#settler.inFlight;
  }

  /** Takes the place of the driver's `sendCommand`. */
  readonly handle: SendCommand = (command, stream, node) => {
    if (this.#isWideOpen && stream === undefined && command.entry === undefined) {
      const traits = traitsOf(command.name);
      const short = this.#short;
      if (traits.ordinary && short !== undefined && budgetOfRequest() === undefined) {
        if (this.#settler.inFlight < this.#host.settings.admission.maxInFlight) {
          const entry = track(this.#settler, command, traits);
          const turn = this.#dispatch.turn();
          entry.turn = turn;
          entry.written = turn;
          entry.attempts = 1;
          this.#settler.launch(entry);
          short(command);
          return command.promise;
        }
      }
    }
    return this.#handleOffTheShortWay(command, stream, node);
  };

  /** The connection serves: everything that waited leaves, in its order. */
  open(): void {
    this.#state = 'open';
    this.#awaySince = undefined;
    this.refresh();
    this.#releaseWaiting();
  }

  /** The connection is away since `since`; undefined while it is only being made for the first time. */
  hold(since: number | undefined): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'open') this.#transactions.connectionLost();
    this.#state = 'held';
    this.#awaySince = since;
    this.refresh();
  }

  /** A replica answers where a primary is expected: reads go on, writes wait. Undefined: they are back. */
  holdWrites(since: number | undefined): void {
    this.#writesAwaySince = since;
    this.refresh();
    if (since === undefined && this.#state === 'open') this.#releaseWaiting();
  }

  /** No command will ever run again: everything that waits is answered. */
  end(): void {
    this.#state = 'ended';
    this.refresh();
    this.#waiting.release(
      () => true,
      (entry) => this.#settler.fail(entry, unavailable(this.#host, entry, 'closed')),
    );
    this.#settler.end();
  }

  /** Works after {@link end}, when the user connects the client anew. */
  begin(): void {
    if (this.#state !== 'ended') return;
    this.#state = 'held';
    this.#awaySince = undefined;
  }

  /** Looks again whether the short way is right: a circuit changed, the socket is blocked or free again. */
  refresh(): void {
    const { circuits } = this.#host;
    this.#isWideOpen =
      this.#state === 'open' &&
      this.#writesAwaySince === undefined &&
      circuits.read.admitsAll &&
      circuits.write.admitsAll &&
      !this.#transactions.isInside &&
      !this.#dispatch.isBlocked();
    this.#short = this.#isWideOpen ? this.#dispatch.short() : undefined;
  }

  /** The socket takes bytes again. */
  unblock(): void {
    this.refresh();
    if (this.#state === 'open') this.#releaseWaiting();
  }

  /** Nothing that went before counts: after the process was frozen, old latencies and deadlines are void. */
  forgiveElapsed(elapsedMs: number): void {
    this.#settler.forgiveElapsed(elapsedMs);
  }

  #handleOffTheShortWay(command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown {
    const { entry: known } = command;
    if (this.#dispatch.isHandshake(command)) return this.#dispatch.long(command, stream, node);
    if (known !== undefined) {
      // The driver sends it again from its own queue; when its caller was answered already, it must not run.
      if (known.settled && stream === undefined) return command.promise;
      return this.#dispatch.long(command, stream, node);
    }
    if (stream?.isPipeline === true) return this.#collect(command, stream, node);
    const entry = track(this.#settler, command, traitsOf(command.name));
    entry.late = this.#lateRecord(entry, stream, node);
    this.#admit(entry, entry.late);
    return command.promise;
  }

  /** Gathers the members of one pipeline. They arrive in one synchronous loop; when all is well each goes on at once. */
  #collect(command: DriverCommand, stream: PipelineStream, node: unknown): unknown {
    let collecting = this.#collecting;
    if (collecting === undefined || collecting.stream !== stream) {
      collecting = { stream, entry: this.#beginBatch(command, stream, node) };
      this.#collecting = collecting;
    }
    const { entry } = collecting;
    const { batch } = entry;
    batch?.add(command);
    track(this.#settler, command, entry.traits);
    command.entry = entry;
    if (entry.turn !== undefined) this.#dispatch.long(command, stream, node);
    return command.promise;
  }

  #beginBatch(command: DriverCommand, stream: PipelineStream, node: unknown): Entry {
    const entry = track(this.#settler, command, traitsOf(command.name));
    command.resolve = entry.resolve;
    command.reject = entry.reject;
    const batch = new Batch();
    entry.batch = batch;
    const late = this.#lateRecord(entry, stream, node);
    entry.late = late;
    const runsAtOnce = this.#isWideOpen && budgetOfRequest() === undefined && !this.#transactions.isWatching;
    if (runsAtOnce) this.#startAttempt(entry, late);
    process.nextTick(() => {
      if (this.#collecting?.entry === entry) this.#collecting = undefined;
      batch.isComplete = true;
      if (runsAtOnce) this.#settler.finishBatch(entry, batch);
      else {
        late.bytes = batch.members.reduce((sum, member) => sum + sizeOf(member.command.args), 0);
        this.#admit(entry, late);
      }
    });
    return entry;
  }

  #lateRecord(entry: Entry, stream: PipelineStream | undefined, node: unknown): LateRecord {
    const now = this.#host.clock.now();
    const budget = budgetOfRequest();
    const blockingMs = blockingTimeoutMs(entry.traits, entry.command.args);
    const timeoutMs = this.#host.settings.timeoutMs + (blockingMs ?? 0);
    const allowedMs = budget === undefined ? timeoutMs : Math.min(timeoutMs, budget.remainingMs(now));
    return {
      issuedAt: now,
      expiresAt: now + allowedMs,
      deadlineAt: now + allowedMs,
      bytes: sizeOf(entry.command.args),
      outcome: 'not-applied',
      stream,
      node,
      blockingMs,
      budget: undefined,
      generation: undefined,
      timer: undefined,
      waitsAs: undefined,
    };
  }

  #admit(entry: Entry, late: LateRecord): void {
    this.#dispatch.wake();
    const host = this.#host;
    const lane = laneOf(entry);
    const budget = budgetOfRequest();
    if (this.#state === 'ended') this.#settler.fail(entry, unavailable(host, entry, 'closed'));
    else if (budget?.isSpent(late.issuedAt) === true) this.#settler.fail(entry, budget.error(entry));
    else if (host.circuits[lane].state === 'isolated') this.#refuse(entry, lane, 'isolated');
    else if (this.#settler.inFlight >= host.settings.admission.maxInFlight) this.#overload(entry);
    else {
      late.budget = budget;
      budget?.begin(late.issuedAt);
      if (this.#canRun(lane)) this.#run(entry, late);
      else this.#waitOrFail(entry, late, lane);
    }
  }

  #canRun(lane: Lane): boolean {
    if (this.#state !== 'open' || this.#dispatch.isBlocked()) return false;
    return lane === 'read' || this.#writesAwaySince === undefined;
  }

  #waitOrFail(entry: Entry, late: LateRecord, lane: Lane): void {
    const awaySince = this.#state === 'open' ? this.#writesAwaySince : this.#awaySince;
    const { maxWaitMs } = this.#host.settings.admission;
    const expiresAt = waitUntil({ now: late.issuedAt, awaySince, maxWaitMs, deadlineAt: late.deadlineAt });
    if (expiresAt === undefined)
      this.#settler.fail(entry, unavailable(this.#host, entry, this.#host.laneCause(lane)));
    else if (!this.#waiting.hasRoomFor(late.bytes)) this.#overload(entry);
    else {
      late.expiresAt = expiresAt;
      this.#waiting.add(entry, late, 'fresh');
    }
  }

  #run(entry: Entry, late: LateRecord): void {
    const lane = laneOf(entry);
    const circuit = this.#host.circuits[lane];
    const lost = this.#transactions.check(entry);
    if (lost !== undefined) {
      this.#settler.fail(entry, lost);
      return;
    }
    if (!circuit.admitsAll) {
      const generation = circuit.admit(this.#host.clock.now());
      const frees = circuit.cause === 'out-of-memory' && entry.batch === undefined && entry.traits.frees;
      if (generation < 0 && !frees) {
        this.#refuse(entry, lane, circuit.cause);
        return;
      }
      late.generation = generation < 0 ? undefined : generation;
    }
    this.#startAttempt(entry, late);
    this.refresh();
    const { stream, node } = late;
    if (entry.batch === undefined) this.#dispatch.long(entry.command, stream, node);
    else {
      this.#dispatch.beforeBatch(node);
      for (const member of entry.batch.members) this.#dispatch.long(member.command, stream, node);
    }
  }

  #startAttempt(entry: Entry, late: LateRecord): void {
    const turn = this.#dispatch.turn();
    entry.turn = turn;
    entry.written = this.#dispatch.writesAtOnce ? turn : undefined;
    entry.attempts++;
    this.#settler.launchLate(entry, late);
  }

  /** An attempt failed and another one follows: in its old place before all that is new. */
  #comeBack(entry: Entry, delayMs: number): void {
    const { late } = entry;
    if (late === undefined) return;
    if (delayMs > 0) {
      late.timer = this.#host.clock.setTimeout(() => this.#comeBack(entry, 0), delayMs);
      return;
    }
    late.timer = undefined;
    if (this.#state === 'ended') this.#settler.fail(entry, unavailable(this.#host, entry, 'closed'));
    else if (this.#canRun(laneOf(entry))) this.#run(entry, late);
    else {
      late.expiresAt = late.deadlineAt;
      this.#waiting.add(entry, late, 'returned');
    }
  }

  #releaseWaiting(): void {
    this.#waiting.release(
      (entry) => this.#canRun(laneOf(entry)),
      (entry) => this.#run(entry, entry.late as LateRecord),
    );
  }

  #giveUpWaiting(entry: Entry): void {
    this.#settler.fail(entry, unavailable(this.#host, entry, this.#host.laneCause(laneOf(entry))));
  }

  #refuse(entry: Entry, lane: Lane, cause: CauseCode | undefined): void {
    const details = describeUnavailable(this.#host, entry, cause);
    this.#settler.fail(
      entry,
      new CircuitOpenError(
        `The circuit for ${lane}s does not let ${entry.traits.name} pass: ${details.sentence}`,
        details,
      ),
    );
  }

  #overload(entry: Entry): void {
    const details = describeUnavailable(this.#host, entry, 'overloaded');
    this.#settler.fail(
      entry,
      new OverloadedError(
        `Too many commands wait already; ${entry.traits.name} was not sent. Shed load.`,
        details,
      ),
    );
  }
}

/** The lane of a call: a pipeline goes by its worst member. */
export function laneOf(entry: Entry): Lane {
  return entry.batch?.lane ?? entry.traits.lane;
}
