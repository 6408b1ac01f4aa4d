import { traitsOf, type CommandTraits } from '../../catalogue/command-traits.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';
import { isRedisResilienceError, OutcomeUnknownError, type WatchLostError } from '../../errors.ts';
import type { CallFailure } from '../call-errors.ts';
import type { Call, SlowCall } from '../call.ts';
import type { Dispatch } from '../dispatch.ts';
import type { GateParts } from '../line.ts';
import { LockReleases } from './lock-releases.ts';
import { queuedBefore, QueuedSingly } from './queued-commands.ts';
import { beginScanAgain, ScanGuard } from './scan-guard.ts';
import { TransactionGuard } from './transaction-guard.ts';
import { endWait, isLateWait } from './worker-wait.ts';

type ScanCommand = Pick<DriverCommand, 'name' | 'args'>;

/**
 * Checks, immediately before calls are sent, that the connection still has the state that the calls depend on, such as
 * a WATCH or the cursor of a scan.
 */
export class CallGuards {
  readonly transactions: TransactionGuard;
  readonly locks: LockReleases;
  readonly #queued = new QueuedSingly();
  /** Undefined until a scan command has been answered. */
  #scans: ScanGuard | undefined;
  readonly #parts: GateParts;
  readonly #dispatch: Dispatch;

  constructor(parts: GateParts, dispatch: Dispatch) {
    this.#parts = parts;
    this.#dispatch = dispatch;
    this.transactions = new TransactionGuard(
      parts.settings.clock,
      parts.settings.timeoutMs,
      parts.settings.name,
    );
    this.locks = new LockReleases(parts.settings.clock, parts.scriptTextOf, dispatch, this.transactions);
  }

  /** Whether a batch has to be checked as a whole before any of its commands is sent. */
  get needWholeBatches(): boolean {
    return this.transactions.isWatching || this.#parts.settings.retry.scans === 'fail';
  }

  /**
   * Call for each command that is not plain (see `FastRoute`). On a shared client, reports WATCH and blocking commands,
   * which need a connection of their own. On any client, reports a queue library that waits for work with this blocking
   * command but does not use the helper of the package `fallback`.
   */
  note({ name }: CommandTraits, blockingMs: number | undefined, command?: DriverCommand): void {
    if (name === 'watch') this.#parts.sharedUse?.note('watch', name);
    else if (blockingMs !== undefined) {
      this.#parts.sharedUse?.note('blocking', name);
      if (command !== undefined) this.#parts.unaided.blocks(name, command);
    }
  }

  /**
   * Returns an error if the call must not be sent; a scan that cannot continue is restarted instead, if `retry.scans`
   * allows that.
   */
  check(call: SlowCall): WatchLostError | OutcomeUnknownError | undefined {
    if (isLateWait(call)) endWait(call);
    this.locks.connected();
    const lost = this.transactions.check(call) ?? this.#checkScans(call);
    if (call.batch === undefined && this.#queued.sends(call, this.transactions.isInside))
      call.slow.server = this.#dispatch.serverOf(call);
    if (lost !== undefined) this.notSent(call, lost);
    return lost;
  }

  /** Like {@link check}, but for one command in a batch whose commands are sent as they are issued. */
  checkBatched(call: SlowCall, command: ScanCommand, { kind }: CommandTraits): void {
    if (kind === 'cursor' && this.#isStale(call, command)) this.#beginAgain(call, command);
  }

  /**
   * Call when the server has replied to this command of the call. The reply to EXEC contains the replies to all
   * commands of the transaction.
   */
  answered(call: SlowCall, command: ScanCommand, reply: unknown): void {
    const { server } = call.slow;
    if (server === undefined) return;
    const { name, kind } = traitsOf(command.name);
    if (kind === 'cursor') this.#noteCursor(command, reply, server);
    else if (name === 'exec' && Array.isArray(reply)) {
      const queued = call.batch === undefined ? this.#queued.of(call) : queuedBefore(command, call.batch);
      for (const [index, each] of queued.entries()) {
        if (traitsOf(each.name).kind === 'cursor') this.#noteCursor(each, reply[index], server);
      }
    }
  }

  /** Call when a call fails without having been sent. */
  notSent(call: Call, error: Error): void {
    const reason = isRedisResilienceError(error) ? error.reason : undefined;
    if (this.transactions.notSent(call, reason)) this.#dispatch.ask('discard', []).catch(ignore);
  }

  /**
   * Call when a call has failed: its command may still block the connection on the server, or may run there later and
   * take a lock that must be released.
   */
  failed(call: Call, failure: CallFailure, error: Error): void {
    if (call.sent === undefined) this.notSent(call, error);
    const now = this.#parts.settings.clock.now();
    call.slow?.releases?.abandoned(call, now);
    this.locks.failed(call, failure);
  }

  #noteCursor(command: ScanCommand, reply: unknown, server: string): void {
    this.#scans ??= new ScanGuard();
    this.#scans.answered(command, reply, server);
  }

  #checkScans(call: SlowCall): OutcomeUnknownError | undefined {
    if (call.batch?.hasScans === false) return undefined;
    const commands = call.batch?.commands.map(({ command }) => command) ?? [call.command];
    for (const command of commands) {
      if (traitsOf(command.name).kind !== 'cursor' || !this.#isStale(call, command)) continue;
      const { name, retry } = this.#parts.settings;
      if (retry.scans === 'fail') return lostCursor(name, traitsOf(command.name).name);
      this.#beginAgain(call, command);
    }
    return undefined;
  }

  #isStale(call: SlowCall, command: ScanCommand): boolean {
    const server = this.#dispatch.serverOf(call);
    call.slow.server = server;
    return server !== undefined && this.#scans?.isStale(command, server) === true;
  }

  #beginAgain({ batch }: SlowCall, command: ScanCommand): void {
    beginScanAgain(command);
    batch?.scanBegunAgain(command);
    this.#parts.recorder.scanBegunAgain(traitsOf(command.name).name);
  }
}

function lostCursor(connection: string, command: string): OutcomeUnknownError {
  return new OutcomeUnknownError(
    `The cursor of this ${command} is from a server process that is gone, and would skip elements on the present one. ` +
      'Begin the scan again with cursor 0.',
    { reason: 'connection-reset', outcome: 'unknown', connection },
  );
}

function ignore(): void {
  // If DISCARD fails, its connection is gone, and the MULTI with it.
}
