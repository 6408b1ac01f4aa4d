import { isRedisResilienceError } from '@redis-resilience/core';
import type { JoinedCommand, RawRequest } from '@redis-resilience/core/kit';
import type { CommandOptions } from '../base-client.ts';
import type { ProtectedConnection } from '../connection/protected-connection.ts';
import type { Mapping, ReplyReader } from './read-reply.ts';
import { ScriptMemory } from './script-memory.ts';

type Read = RawRequest['read'];
type Finish = (reply: unknown) => unknown;

const noMapping: Mapping = {};

/** Sends the commands of one client, and decodes their replies. */
export class CommandSender {
  readonly #connection: ProtectedConnection;
  readonly #reader: ReplyReader;
  readonly #scripts = new ScriptMemory();

  constructor(connection: ProtectedConnection, reader: ReplyReader) {
    this.#connection = connection;
    this.#reader = reader;
  }

  /**
   * Sends a command, and resolves with its reply, decoded according to the type mapping. If `finish` is
   * given, resolves with the value that `finish` returns for the reply.
   */
  send(given: JoinedCommand, options: CommandOptions | undefined, finish?: Finish): Promise<unknown> {
    const wrong = wrongArgument(given) ?? wrongOption(options);
    if (wrong !== undefined) return Promise.reject(wrong);
    const args = withTextName(given);
    const mapping = options?.typeMapping ?? noMapping;
    const read: Read =
      finish === undefined
        ? (bytes) => this.#read(bytes, mapping)
        : (bytes) => finish(this.#read(bytes, mapping));
    if (digestVerb.test(args[0])) return this.#sendDigest(args, read, options);
    if (scriptVerb.test(args[0])) return this.#sendScript(args, read, options);
    return this.#connection.send(args, read, options);
  }

  /** Sends commands as one pipeline, and resolves with their replies, decoded according to the mapping. */
  sendPipeline(commands: readonly JoinedCommand[], mapping: Mapping = noMapping): Promise<unknown> {
    const wrong = firstWrongArgument(commands);
    if (wrong !== undefined) return Promise.reject(wrong);
    if (commands.length === 0) return Promise.resolve([]);
    return this.#connection.sendTogether(commands.map(withTextName), (replies) =>
      replies.map((reply) => this.#read(reply ?? null, mapping)),
    );
  }

  /**
   * Sends commands between MULTI and EXEC. Resolves with the reply to EXEC, which is null if a watched key was changed.
   */
  sendTransaction(commands: readonly JoinedCommand[]): Promise<unknown> {
    const wrong = firstWrongArgument(commands);
    if (wrong !== undefined) return Promise.reject(wrong);
    return this.#connection.sendTogether([['MULTI'], ...commands.map(withTextName), ['EXEC']], (replies) =>
      // As in node-redis, the type mapping does not apply to EXEC.
      this.#read(replies.at(-1) ?? null, noMapping),
    );
  }

  #read(bytes: Buffer | readonly Buffer[] | null, mapping: Mapping): unknown {
    if (bytes === null) return null;
    if (Buffer.isBuffer(bytes)) return this.#reader.read(bytes, mapping);
    // A reply is an array instead of bytes only for PING on a RESP2 connection with subscriptions, because
    // ioredis has already decoded that reply.
    const [pong, text] = bytes as [Buffer, Buffer];
    const answer = text.length === 0 ? pong : text;
    return mapping[0x2b] === Buffer ? answer : answer.toString();
  }

  /**
   * Sends EVALSHA. If the server does not have the script, but this client has loaded it, sends EVAL with the script.
   */
  async #sendDigest(args: JoinedCommand, read: Read, options: CommandOptions | undefined): Promise<unknown> {
    try {
      return await this.#connection.send(args, read, options);
    } catch (error) {
      const [verb, digest, ...rest] = args;
      const script = this.#scripts.get(String(digest));
      if (script === undefined || !(error as Error).message.startsWith('NOSCRIPT')) throw error;
      return this.#connection.send([verb.replace(/sha/i, ''), script, ...rest], read, options);
    }
  }

  async #sendScript(args: JoinedCommand, read: Read, options: CommandOptions | undefined): Promise<unknown> {
    const [, subcommand, script] = args;
    const name = String(subcommand).toUpperCase();
    if (name === 'FLUSH') this.#scripts.forget();
    if (name !== 'LOAD' || script === undefined) return this.#connection.send(args, read, options);
    const digest = this.#scripts.keep(script);
    try {
      return await this.#connection.send(args, read, options);
    } catch (error) {
      const isAway =
        isRedisResilienceError(error) && error.reason !== 'closed' && error.code !== 'CONFIGURATION';
      if (!isAway) throw error;
      return read(Buffer.from(`$${digest.length}\r\n${digest}\r\n`));
    }
  }
}

const digestVerb = /^evalsha/i;
const scriptVerb = /^script$/i;

/** Returns the error for an option with an invalid value; undefined if all options are valid. */
function wrongOption(options: CommandOptions | undefined): TypeError | undefined {
  if (options === undefined) return undefined;
  const { timeout, abortSignal } = options;
  if (timeout && !(typeof timeout === 'number' && timeout > 0))
    return new TypeError('The option timeout must be a number of milliseconds above 0.');
  if (abortSignal && !(abortSignal instanceof AbortSignal))
    return new TypeError('The option abortSignal must be an AbortSignal.');
  return undefined;
}

/** Converts the name of the command to text, because callers may also pass it as a Buffer. */
function withTextName(args: JoinedCommand): JoinedCommand {
  return typeof args[0] === 'string' ? args : [String(args[0]), ...args.slice(1)];
}

function firstWrongArgument(commands: readonly JoinedCommand[]): TypeError | undefined {
  for (const args of commands) {
    const wrong = wrongArgument(args);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/**
 * Returns the error that node-redis throws for an argument that cannot be sent; undefined if all arguments can be sent.
 */
function wrongArgument(args: readonly unknown[]): TypeError | undefined {
  if (!Array.isArray(args) || args.length === 0) {
    return new TypeError('A command is a list: its name, followed by its arguments.');
  }
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    if (typeof arg === 'string' || arg instanceof Buffer) continue;
    return new TypeError(
      `"arguments[${index}]" must be of type "string | Buffer", got ${typeof arg} instead.`,
    );
  }
  return undefined;
}
