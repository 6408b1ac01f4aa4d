import { connect, type Socket } from 'node:net';
import type { RedisServer } from '@redis-resilience/testing';

/** A connection that sends inline commands and reads lines, so that tests see the replies as the server sends them. */
export class Telnet implements Disposable {
  readonly #socket: Socket;
  readonly #readers: ((line: string) => void)[] = [];
  readonly #lines: string[] = [];
  #rest = '';

  constructor(server: RedisServer) {
    this.#socket = connect(server.port, server.host);
    this.#socket.on('error', () => undefined);
    this.#socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\r\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#arrive(line);
    });
  }

  /** Sends a line, and returns the first line of the reply without its type byte. */
  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.hear();
  }

  /** Resolves with the next line. */
  async hear(): Promise<string> {
    const line = this.#lines.shift() ?? (await new Promise<string>((resolve) => this.#readers.push(resolve)));
    return line.replace(/^[-+:]/, '');
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #arrive(line: string): void {
    const reader = this.#readers.shift();
    if (reader) reader(line);
    else this.#lines.push(line);
  }
}
