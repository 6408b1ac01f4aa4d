import type { Redis } from 'ioredis';
import type { Call } from '../../command/call.ts';
import type { DriverCommand, PipelineStream } from '../../driver/driver-command.ts';
import { ConfigurationError, type Outcome } from '../../errors.ts';
import { internals, type Internals } from '../internals.ts';
import { abortCommand } from './abort-command.ts';
import { RawCommand, type ReadReply } from './raw-command.ts';
import { routerOf } from './reply-router.ts';

/** One command: its name as the server shall see it, its arguments, and what makes its answer from the reply. */
export interface RawRequest {
  readonly args: readonly [string, ...(string | Buffer)[]];
  readonly read: ReadReply;
}

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
  readonly #keyPrefix: string | undefined;

  constructor(client: Redis) {
    const router = routerOf(client);
    if (router === undefined) {
      throw new ConfigurationError(
        'Raw commands need a protected client with one connection, and this is none.',
      );
    }
    this.#target = internals(client);
    const { keyPrefix } = this.#target.options;
    this.#keyPrefix = typeof keyPrefix === 'string' ? keyPrefix : undefined;
    router.want();
  }

  /** The protocol that the connection speaks; undefined while it never connected. */
  get protocol(): number | undefined {
    const { condition } = this.#target;
    return condition === null ? undefined : (condition.protocol ?? 2);
  }

  /** @param timeoutMs deadline of this command; by default that of the resilience */
  send({ args, read }: RawRequest, timeoutMs?: number): RawCall<unknown> {
    const command = new RawCommand(args, read, this.#keyPrefix, timeoutMs);
    this.#target.sendCommand(command as unknown as DriverCommand);
    return callOf(command.promise, command);
  }

  /** Sends commands as one pipeline: what becomes of them is decided as a whole. MULTI and EXEC are among them. */
  sendTogether(requests: readonly [RawRequest, ...RawRequest[]]): RawCall<unknown[]> {
    const commands = requests.map(({ args, read }) => new RawCommand(args, read, this.#keyPrefix));
    const promise = Promise.all(commands.map((command) => command.promise));
    const stream = pipelineTo(this.#target, requests.length);
    for (const [index, command] of commands.entries()) {
      command.pipelineIndex = index;
      this.#target.sendCommand(command as unknown as DriverCommand, stream);
    }
    return callOf(promise, commands[0] as RawCommand);
  }
}

function callOf<Answer>(promise: Promise<Answer>, command: RawCommand): RawCall<Answer> {
  const driverCommand = command as unknown as DriverCommand;
  return {
    promise,
    get isSent() {
      return (driverCommand.call as Call | undefined)?.sent !== undefined;
    },
    abort: (errorFor) => abortCommand(driverCommand, errorFor),
  };
}

/** What the client would pass along with a pipeline of its own; the socket joins what is written in one turn. */
function pipelineTo(target: Internals, size: number): PipelineStream & { write(bytes: string): void } {
  return {
    isPipeline: true,
    size,
    destination: { redis: target },
    write: (bytes) => target.stream?.write(bytes),
  };
}
