import type { Redis } from 'ioredis';
import type { Call as TrackedByGate } from '../../command/call.ts';
import type { JoinedCommand } from '../../driver/driver-command.ts';
import { ConfigurationError, type Outcome } from '../../errors.ts';
import { internals, type Internals } from '../internals.ts';
import { abortCommand } from './abort-command.ts';
import { nameOf, prefixed, RawCommand, type MapError, type ReadReply } from './raw-command.ts';
import { RawTogether } from './raw-together.ts';
import { routerOf, type ReplyRouter } from './reply-router.ts';

/** One command: its name as the server shall see it, its arguments, and what makes its answer from the reply. */
export interface RawRequest {
  readonly args: JoinedCommand;
  readonly read: ReadReply;
  /** Makes the error that the caller gets of the one that the call failed with. */
  readonly fail?: MapError;
}

/** Makes the answer to commands that were sent as one from the bytes of their replies; undefined: not handed over. */
export type ReadReplies = (replies: readonly (Buffer | undefined)[]) => unknown;

/** A command that was handed over, or several that were handed over as one. */
export interface RawCall<Answer> {
  readonly promise: Promise<Answer>;
  /** Whether it was handed to the connection, so that it may run. */
  readonly isSent: boolean;
  /**
   * Answers the caller with `errorFor(outcome)`, unless the call is answered already. What is not sent yet never will
   * be: the outcome is then `not-applied`.
   */
  abort(errorFor: (outcome: Outcome) => Error): void;
}

/**
 * Sends commands through the gate of a protected client, and hands over their replies as bytes. For a client library
 * that has a reader of its own: the bytes are those of one reply as the server sent it; an error reply, and everything
 * that stops the command before, rejects as it does for the commands of ioredis. The client itself goes on as before,
 * on the same connection.
 *
 * @example
 * const raw = new RawClient(resilience.client);
 * const { promise } = raw.send({ args: ['GET', 'cart:1'], read: (bytes) => bytes });
 * await promise; // the bytes of `$5\r\nhello\r\n`, or null
 * @throws ConfigurationError when the client is not protected, or is a Cluster
 */
export class RawClient {
  readonly #target: Internals;
  readonly #router: ReplyRouter;
  readonly #keyPrefix: string | undefined;

  constructor(client: Redis) {
    const router = routerOf(client);
    if (router === undefined) {
      throw new ConfigurationError(
        'Raw commands need a protected client with one connection, and this is none.',
      );
    }
    this.#target = internals(client);
    this.#router = router;
    const { keyPrefix } = this.#target.options;
    this.#keyPrefix = typeof keyPrefix === 'string' && keyPrefix !== '' ? keyPrefix : undefined;
    router.want();
  }

  /** The protocol that the connection speaks; undefined while it never connected. */
  get protocol(): number | undefined {
    const { condition } = this.#target;
    return condition === null ? undefined : (condition.protocol ?? 2);
  }

  /** @param timeoutMs deadline of this command; by default that of the resilience */
  send({ args, read, fail = asItIs }: RawRequest, timeoutMs?: number): RawCall<unknown> {
    const command = new RawCommand(this.#prefixed(args), read, fail, timeoutMs);
    this.#target.sendCommand(command);
    return new Call(command);
  }

  /**
   * Sends commands as one pipeline: what becomes of them is decided as a whole. MULTI and EXEC are among them; the
   * replies to what stands between them are not handed over. Rejects with the first error reply.
   */
  sendTogether(
    commands: readonly JoinedCommand[],
    read: ReadReplies,
    fail: MapError = asItIs,
  ): RawCall<unknown> {
    const joined = this.#keyPrefix === undefined ? commands : commands.map((args) => this.#prefixed(args));
    const command = new RawTogether(
      joined,
      (answers) => {
        for (const answer of answers) if (answer instanceof Error) throw fail(answer);
        this.#followSelect(joined);
        return read(answers as readonly (Buffer | undefined)[]);
      },
      fail,
      () => this.#router.further,
    );
    this.#target.sendCommand(command);
    return new Call(command);
  }

  #prefixed(args: JoinedCommand): JoinedCommand {
    return this.#keyPrefix === undefined ? args : prefixed(args, this.#keyPrefix);
  }

  // ioredis notes a SELECT when it sends one.
  #followSelect(commands: readonly JoinedCommand[]): void {
    const { condition } = this.#target;
    for (const [verb, database] of commands) {
      if (condition !== null && verb.length === 6 && nameOf(verb) === 'select')
        condition.select = Number(database);
    }
  }
}

class Call implements RawCall<unknown> {
  readonly #command: RawCommand;

  constructor(command: RawCommand) {
    this.#command = command;
  }

  get promise(): Promise<unknown> {
    return this.#command.promise;
  }

  get isSent(): boolean {
    return (this.#command.call as TrackedByGate | undefined)?.sent !== undefined;
  }

  abort(errorFor: (outcome: Outcome) => Error): void {
    abortCommand(this.#command, errorFor);
  }
}

function asItIs(error: Error): Error {
  return error;
}
