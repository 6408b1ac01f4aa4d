import { traitsOf } from '../../catalogue/command-traits.ts';
import type { DriverCommand, JoinedCommand } from '../../driver/driver-command.ts';
import { admittedFrames, errorTextOf } from '../../replies/reply-frames.ts';
import { ErrorReply } from '../../replies/reply.ts';
import { Batch, giveBack } from './batch.ts';
import type { BatchedCommand, BatchFailure } from './batched-command.ts';

/** A batch that the driver sees as one command, which resolves with the bytes of all replies. */
export class JoinedBatch extends Batch {
  readonly #carrier: BatchedCommand;
  readonly #joined: readonly JoinedCommand[];
  /** The reply to each command; undefined for an error and, in a transaction, for all commands but the last. */
  #replies: (Buffer | undefined)[] = [];

  constructor(carrier: DriverCommand) {
    super();
    const { resolve, reject, joined = [] } = carrier;
    this.#carrier = { command: carrier, resolve, reject, settlement: undefined };
    this.#joined = joined;
    this.remaining = 1;
    this.isComplete = true;
    for (const [verb] of joined) {
      const { lane, name, kind } = traitsOf(verb);
      if (lane === 'write') this.lane = 'write';
      if (kind === 'cursor') this.hasScans = true;
      if (name === 'multi') this.isTransaction = true;
    }
  }

  // The list of commands is created on demand, because most batches never need it.
  override get commands(): BatchedCommand[] {
    const commands = super.commands;
    if (commands.length > 0) return commands;
    for (const [verb, ...args] of this.#joined) {
      const command = { name: traitsOf(verb).name, args };
      commands.push({ command, resolve: ignore, reject: ignore, settlement: undefined });
    }
    return commands;
  }

  override sent(): readonly DriverCommand[] {
    return [this.#carrier.command as DriverCommand];
  }

  /** Processes the replies to all commands, and returns whether all replies are free of errors. */
  take(replies: Buffer): boolean {
    this.#replies = [];
    this.remaining = 0;
    const frames = admittedFrames();
    let [start, isAccepted] = [0, true];
    for (let index = 0; index < this.#joined.length; index++) {
      const end = frames.next(replies, start);
      const isWanted = !this.isTransaction || end === replies.length;
      const text = errorTextOf(replies, start, end);
      this.#replies.push(isWanted && text === undefined ? replies.subarray(start, end) : undefined);
      start = end;
      if (text === undefined) continue;
      (this.commands[index] as BatchedCommand).settlement = { ok: false, error: new ErrorReply(text) };
      this.hasErrors = true;
      isAccepted = false;
    }
    return isAccepted;
  }

  /**
   * Returns each command with the bytes of its reply, or with undefined if the reply is an error. The list is empty if
   * no command is a scan command, such as HSCAN.
   */
  scanReplies(): readonly (readonly [BatchedCommand['command'], Buffer | undefined])[] {
    if (!this.hasScans) return [];
    const replies = this.isTransaction ? elementsOf(this.#replies.at(-1)) : this.#replies;
    // In a transaction, MULTI comes first, and has no element in the reply to EXEC.
    const offset = this.isTransaction ? 1 : 0;
    return this.commands.map(({ command }, index) => [command, replies[index - offset]] as const);
  }

  override scanBegunAgain(changed: BatchedCommand['command']): void {
    const index = this.commands.findIndex(({ command }) => command === changed);
    const joined = this.#joined[index] as JoinedCommand;
    const args = changed.args as readonly (string | Buffer)[];
    (this.#joined as JoinedCommand[])[index] = [joined[0], ...args];
  }

  override release(whole?: BatchFailure): void {
    giveBack(this.#carrier);
    this.#carrier.resolve(this.#answers(whole));
  }

  override rejectAll(error: Error): void {
    giveBack(this.#carrier);
    this.#carrier.reject(error);
  }

  #answers(whole?: BatchFailure): (Buffer | Error | undefined)[] {
    return this.#replies.map((reply, index) => {
      // Reading `this.commands` would create the list of commands, which is needed only if a command was refused.
      const batched = super.commands[index];
      const { settlement } = batched ?? {};
      return settlement?.ok === false
        ? this.errorFor(batched as BatchedCommand, settlement.error, whole)
        : reply;
    });
  }
}

/** Returns the bytes of each element of an array; an empty list if the reply is not an array. */
function elementsOf(reply: Buffer | undefined): readonly Buffer[] {
  const elements: Buffer[] = [];
  if (reply?.[0] !== list) return elements;
  const frames = admittedFrames();
  let start = reply.indexOf('\n') + 1;
  while (start < reply.length) {
    const end = frames.next(reply, start);
    elements.push(reply.subarray(start, end));
    start = end;
  }
  return elements;
}

const list = 0x2a;

const ignore = (): void => undefined;
