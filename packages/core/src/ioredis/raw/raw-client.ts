import type { Redis } from 'ioredis';
import type { Call as TrackedByGate } from '../../command/call.ts';
import type { JoinedCommand } from '../../driver/driver-command.ts';
import { ConfigurationError, type Outcome } from '../../errors.ts';
import { internals, type Internals } from '../internals.ts';
import { abortCommand } from './abort-command.ts';
import { nameOf, prefixed, RawCommand, type MapError, type ReadReply } from './raw-command.ts';
import { RawTogether } from './raw-together.ts';
import { routerOf, type ReplyRouter } from './reply-router.ts';

/**
 * One command: its name as the server should see it, its arguments, and the function that turns the reply into a
 * result.
 */
export interface RawRequest {
  readonly args: JoinedCommand;
  readonly read: ReadReply;
  /** Converts the error with which the call failed to the error that the caller gets. */
  readonly fail?: MapError;
}

/**
 * Turns the replies to commands that were sent as one into a result. A reply that only confirms that a command was
 * queued is passed as undefined.
 */
export type ReadReplies = (replies: readonly (Buffer | undefined)[]) => unknown;

/** A command that is being executed, or several that were sent as one. */
export interface RawCall<Answer> {
  readonly promise: Promise<Answer>;
  /** Whether the command has been handed to the connection, so that it may run. */
  readonly isSent: boolean;
  /**
   * Rejects the call with `errorFor(outcome)`, unless it has already been settled. A command that is still waiting is
   * never sent; its outcome is `not-applied`, unless an earlier attempt may have run.
   */
  abort(errorFor: (outcome: Outcome) => Error): void;
}

/**
 * Sends commands through a protected client's gate, and returns their replies as bytes, for client libraries that parse
 * replies themselves. The bytes are those of one reply as the server sent it. Error replies, and errors that prevent
 * the command from being sent, reject just as for ioredis commands. The client itself keeps working on the same
 * connection.
 *
 * @example
 * const raw = new RawClient(resilience.client);
 * const { promise } = raw.send({ args: ['GET', 'cart:1'], read: (bytes) => bytes });
 * await promise; // the bytes of `$5\r\nhello\r\n`, or null
 * @throws ConfigurationError if the client is not protected, or is a Cluster
 */
export class RawClient {
  readonly #target: Internals;
  readonly #router: ReplyRouter;
  readonly #keyPrefix: string | undefined;

  constructor(client: Redis) {
    const router = routerOf(client);
    if (router === undefined) {
      throw new ConfigurationError(
        'Raw commands need a protected client with one connection; this client is not one.',
      );
    }
    this.#target = internals(client);
    this.#router = router;
    const { keyPrefix } = this.#target.options;
    this.#keyPrefix = typeof keyPrefix === 'string' && keyPrefix !== '' ? keyPrefix : undefined;
    router.want();
  }

  /** The RESP version that the connection speaks; undefined if the client has never connected. */
  get protocol(): number | undefined {
    const { condition } = this.#target;
    return condition === null ? undefined : (condition.protocol ?? 2);
  }

  /** @param timeoutMs deadline of this command; default: `timeoutMs` of the `RedisResilience` */
  send({ args, read, fail = asItIs }: RawRequest, timeoutMs?: number): RawCall<unknown> {
    const command = new RawCommand(this.#prefixed(args), read, fail, timeoutMs);
    this.#target.sendCommand(command);
    return new Call(command);
  }

  /**
   * Sends commands as one pipeline, which succeeds, is retried or fails as a whole. If the commands include MULTI and
   * EXEC, `read` does not get the replies to the commands between these two. Rejects with the first error reply.
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

  // ioredis records only the SELECT commands that it sends itself, so those among the raw commands are recorded here.
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
