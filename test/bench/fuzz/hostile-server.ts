import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { ReplyReader } from '@redis-resilience/core/protocol';

/** Tells the server to send its normal reply. */
export const honest = Symbol('honest');

/**
 * The bytes that a hostile server sends instead of its normal reply; undefined for no reply, {@link honest} for the
 * normal one.
 */
export type Hostility = (
  command: readonly string[],
  socket: Socket,
) => string | Buffer | undefined | typeof honest;

/** A server that performs the handshake of Redis, and then lets an attack change each of its replies. */
export class HostileServer implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly #server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();
  readonly #askedBy = new Map<string, Socket>();
  hostility: Hostility = () => honest;
  /** Changes the bytes that the server sends, whether they are hostile or not. */
  alter: (bytes: Buffer, socket: Socket) => Buffer = (bytes) => bytes;
  #ids = 0;

  static async start(): Promise<HostileServer> {
    const hostile = new HostileServer();
    hostile.#server.listen(0, hostile.host);
    await once(hostile.#server, 'listening');
    return hostile;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get sockets(): readonly Socket[] {
    return [...this.#sockets];
  }

  /** Number of connections accepted so far. */
  get accepted(): number {
    return this.#ids;
  }

  /** Sends unsolicited bytes to the client that most recently sent a command with this name. */
  send(name: string, bytes: string | Buffer): void {
    this.#askedBy.get(name)?.write(bytes);
  }

  /** Ends all connections. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on, the server sends normal replies. */
  behave(): void {
    this.hostility = () => honest;
    this.alter = (bytes) => bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    const id = ++this.#ids;
    const commands = new ReplyReader();
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const command of commands.push(chunk).replies) {
        const words = (command as readonly unknown[]).map(String);
        this.#askedBy.set(String(words[0]).toLowerCase(), socket);
        const reply = this.hostility(words, socket);
        const bytes = reply === honest ? honestReply(words, id, this.port) : reply;
        if (bytes !== undefined && !socket.destroyed) socket.write(this.alter(Buffer.from(bytes), socket));
      }
    });
  }
}

export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** Returns the value of a key; it contains the key, so that a reply to another command is noticed. */
export const valueOf = (key: string): string => `value of ${key}`;

function honestReply([name = '', first = '', ...rest]: readonly string[], id: number, port: number): string {
  switch (`${name} ${first}`.toLowerCase().trim()) {
    case 'hello 3':
      return `%3\r\n${bulk('server')}${bulk('redis')}${bulk('proto')}:3\r\n${bulk('id')}:${id}\r\n`;
    case 'info':
      return bulk('redis_version:7.0.15\r\nrole:master\r\nrun_id:0123\r\nmaster_replid:0123\r\n');
    case 'client id':
      return `:${id}\r\n`;
    case 'client list':
      return bulk(`id=${id} flags=N\n`);
    case 'cluster slots':
      return `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n${bulk('127.0.0.1')}:${port}\r\n`;
    case 'cluster info':
      return bulk('cluster_state:ok\r\ncluster_current_epoch:1\r\n');
    case 'ping':
      return '+PONG\r\n';
  }
  switch (name.toLowerCase()) {
    case 'ping':
      return bulk(first);
    case 'get':
      return bulk(valueOf(first));
    case 'mget':
      return `*${rest.length + 1}\r\n${[first, ...rest].map((key) => bulk(valueOf(key))).join('')}`;
    case 'subscribe':
      return [first, ...rest].map((channel, at) => subscribed(channel, at + 1)).join('');
    case 'incr':
      return ':1\r\n';
    case 'readonly':
    case 'set':
    case 'select':
    case 'client':
    case 'auth':
      return '+OK\r\n';
    default:
      return '-ERR unknown command\r\n';
  }
}

function subscribed(channel: string, count: number): string {
  return `*3\r\n${bulk('subscribe')}${bulk(channel)}:${count}\r\n`;
}
