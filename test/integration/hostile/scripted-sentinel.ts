import { encodeCommand, ReplyReader } from '@redis-resilience/core/protocol';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A sentinel whose replies the test determines, whether they are true or not. */
export class ScriptedSentinel implements AsyncDisposable {
  primary: Address;
  replicas: readonly Address[] = [];
  sentinels: readonly Address[] = [];
  /** Number of times that a client has asked for the primary. */
  questions = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #listeners = new Set<Socket>();

  private constructor(server: Server, primary: Address) {
    this.#server = server;
    this.primary = primary;
    server.on('connection', (socket: Socket) => this.#serve(socket));
  }

  static async start(primary: Address): Promise<ScriptedSentinel> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedSentinel(server, primary);
  }

  get address(): Address {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** Number of clients that have subscribed to events. */
  get listeners(): number {
    return this.#listeners.size;
  }

  publish(event: string, text: string): void {
    for (const socket of this.#listeners) socket.write(encodeCommand(['pmessage', '*', event, text]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    const reader = new ReplyReader();
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#listeners.delete(socket);
    });
    socket.on('data', (chunk) => {
      for (const command of reader.push(chunk).replies)
        socket.write(this.#answer(socket, command as string[]));
    });
  }

  #answer(socket: Socket, [command = '', topic]: readonly string[]): Buffer | string {
    if (command === 'PING') return '+PONG\r\n';
    if (command === 'PSUBSCRIBE') {
      this.#listeners.add(socket);
      return '*3\r\n$10\r\npsubscribe\r\n$1\r\n*\r\n:1\r\n';
    }
    if (topic === 'get-master-addr-by-name') {
      this.questions += 1;
      return encodeCommand([this.primary.host, String(this.primary.port)]);
    }
    return listOf(topic === 'replicas' ? this.replicas : this.sentinels);
  }
}

function listOf(addresses: readonly Address[]): string {
  const each = ({ host, port }: Address): string =>
    `*4\r\n$2\r\nip\r\n$${host.length}\r\n${host}\r\n$4\r\nport\r\n$${String(port).length}\r\n${port}\r\n`;
  return `*${addresses.length}\r\n${addresses.map(each).join('')}`;
}
