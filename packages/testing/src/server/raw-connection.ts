import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { encodeCommand, ErrorReply, ReplyReader } from '@redis-resilience/core/protocol';

/** Where to connect, and with which credentials. */
export interface RawTarget {
  readonly host?: string;
  readonly port?: number;
  /** Path of a unix socket, to be used instead of host and port. */
  readonly path?: string;
  /**
   * If set, connects with TLS; the object may contain the client's key and certificate. The server's certificate is not
   * verified, because a test may have given it a defect on purpose.
   */
  readonly tls?: { readonly key?: string; readonly cert?: string } | undefined;
  readonly credentials?: readonly string[] | undefined;
}

/**
 * A connection to Redis without retries, queues or reconnects. While the connection is idle, it does not keep
 * the process alive.
 */
export class RawConnection {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  readonly #waiting: Waiting[] = [];
  #closed = false;

  constructor(target: RawTarget) {
    const { host = '127.0.0.1', port = 0, path, tls } = target;
    const address = path === undefined ? { host, port } : { path };
    this.#socket = tls ? connectTls({ ...address, ...tls, rejectUnauthorized: false }) : connectTcp(address);
    this.#socket.setNoDelay(true);
    let failure: Error | undefined;
    this.#socket.on('error', (error) => (failure = error));
    this.#socket.on('close', () => {
      this.#end(failure ?? new Error('The connection closed before the reply came'));
    });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    if (target.credentials) this.send(['AUTH', ...target.credentials]).catch(() => undefined);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends a command, and resolves with its reply. The command is sent immediately, even if earlier replies have not
   * arrived yet.
   *
   * @throws ErrorReply for an error reply; Error when the connection closes or no reply arrives within `timeoutMs`
   */
  send(args: readonly (string | number)[], timeoutMs = 10_000): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error('The connection is closed'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(new Error(`No reply to ${args[0] ?? 'nothing'} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.push({ resolve, reject, timer });
      this.#socket.ref();
      this.#socket.write(encodeCommand(args));
    });
  }

  close(): void {
    this.#end(new Error('The connection was closed'));
  }

  #receive(chunk: Buffer): void {
    const { replies, failure } = this.#reader.push(chunk);
    for (const reply of replies) {
      const waiting = this.#waiting.shift();
      clearTimeout(waiting?.timer);
      if (reply instanceof ErrorReply) waiting?.reject(reply);
      else waiting?.resolve(reply);
    }
    if (failure !== undefined) this.#end(failure);
    else if (this.#waiting.length === 0) this.#socket.unref();
  }

  #end(reason: Error): void {
    this.#closed = true;
    this.#socket.destroy();
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(reason);
    }
  }
}

interface Waiting {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}
