import { isRedisResilienceError } from '@redis-resilience/core';
import type { RawRequest } from '@redis-resilience/core/kit';
import type { Argument, CommandOptions } from '../base-client.ts';
import type { ProtectedConnection } from '../connection/protected-connection.ts';
import type { Mapping, ReplyReader } from './read-reply.ts';
import { ScriptMemory } from './script-memory.ts';

type Args = readonly [string, ...Argument[]];
type Finish = (reply: unknown) => unknown;

const noMapping: Mapping = {};
const asItIs: Finish = (reply) => reply;

/** Sends the commands of one client, and reads their replies. */
export class CommandSender {
  readonly #connection: ProtectedConnection;
  readonly #reader: ReplyReader;
  readonly #scripts = new ScriptMemory();

  constructor(connection: ProtectedConnection, reader: ReplyReader) {
    this.#connection = connection;
    this.#reader = reader;
  }

  /** Resolves with what `finish` makes of the reply, once that is read as the type mapping says. */
  send(args: Args, options: CommandOptions | undefined, finish: Finish = asItIs): Promise<unknown> {
    const wrong = wrongArgument(args);
    if (wrong !== undefined) return Promise.reject(wrong);
    const request = this.#request(args, options?.typeMapping, finish);
    switch (args[0].toUpperCase()) {
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return this.#sendDigest(request, options);
      case 'SCRIPT':
        return this.#sendScript(request, options);
      default:
        return this.#connection.send(request, options);
    }
  }

  /** Sends commands as one pipeline, or between MULTI and EXEC; the replies are read as the mapping says. */
  async sendTogether(commands: readonly Args[], mapping: Mapping | undefined): Promise<unknown[]> {
    for (const args of commands) {
      const wrong = wrongArgument(args);
      if (wrong !== undefined) throw wrong;
    }
    const [first, ...rest] = commands.map((args) => this.#request(args, mapping, asItIs));
    return first === undefined ? [] : this.#connection.sendTogether([first, ...rest]);
  }

  #request(args: Args, mapping: Mapping | undefined, finish: Finish): RawRequest {
    return {
      args,
      read: (bytes) => finish(this.#read(bytes, mapping ?? noMapping)),
    };
  }

  #read(bytes: Buffer | readonly Buffer[] | null, mapping: Mapping): unknown {
    if (bytes === null) return null;
    if (Buffer.isBuffer(bytes)) return this.#reader.read(bytes, mapping);
    // PING on a RESP2 connection with subscriptions: ioredis reads that answer.
    const [pong, text] = bytes as [Buffer, Buffer];
    const answer = text.length === 0 ? pong : text;
    return mapping[0x2b] === Buffer ? answer : answer.toString();
  }

  /** Where the server does not have the script, and this client does, EVAL runs it. */
  async #sendDigest(request: RawRequest, options: CommandOptions | undefined): Promise<unknown> {
    try {
      return await this.#connection.send(request, options);
    } catch (error) {
      const [verb, digest, ...rest] = request.args;
      const script = this.#scripts.get(String(digest));
      if (script === undefined || !(error as Error).message.startsWith('NOSCRIPT')) throw error;
      return this.#connection.send(
        { ...request, args: [verb.replace(/sha/i, ''), script, ...rest] },
        options,
      );
    }
  }

  async #sendScript(request: RawRequest, options: CommandOptions | undefined): Promise<unknown> {
    const [, subcommand, script] = request.args;
    const name = String(subcommand).toUpperCase();
    if (name === 'FLUSH') this.#scripts.forget();
    if (name !== 'LOAD' || script === undefined) return this.#connection.send(request, options);
    const digest = this.#scripts.keep(script);
    try {
      return await this.#connection.send(request, options);
    } catch (error) {
      const isAway =
        isRedisResilienceError(error) && error.reason !== 'closed' && error.code !== 'CONFIGURATION';
      if (!isAway) throw error;
      return request.read(Buffer.from(`$${digest.length}\r\n${digest}\r\n`));
    }
  }
}

/** What node-redis says of an argument that cannot be sent. */
function wrongArgument(args: readonly unknown[]): TypeError | undefined {
  for (const [index, arg] of args.entries()) {
    if (typeof arg === 'string' || arg instanceof Buffer) continue;
    return new TypeError(
      `"arguments[${index}]" must be of type "string | Buffer", got ${typeof arg} instead.`,
    );
  }
  return undefined;
}
