import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import { bulk, failure, list, ok, simple, type ReplyText } from '../../core/fakes/reply-text.ts';
import type { MemorySocket } from '../../core/fakes/memory-socket.ts';
import type { ServerParts, SimulatedServer } from '../server/simulated-server.ts';

/** A sentinel, which names the primary that it knows, and publishes events. */
export class SimulatedSentinel {
  readonly #parts: ServerParts;
  readonly #address: string;
  readonly #all: readonly string[];
  readonly #servers: readonly SimulatedServer[];
  readonly #connections = new Set<MemorySocket>();
  readonly #subscribed = new Set<MemorySocket>();
  primary: SimulatedServer;
  isRunning = false;

  constructor(
    parts: ServerParts,
    address: string,
    all: readonly string[],
    servers: readonly [SimulatedServer, SimulatedServer],
  ) {
    this.#parts = parts;
    this.#address = address;
    this.#all = all;
    this.#servers = servers;
    this.primary = servers[0];
    this.start(this.primary);
  }

  start(primary: SimulatedServer): void {
    this.isRunning = true;
    this.primary = primary;
    this.#parts.network.listen(this.#address, (socket) => this.#accept(socket));
  }

  stop(): void {
    this.isRunning = false;
    this.#parts.network.stopListening(this.#address);
    for (const socket of this.#connections) socket.resetAndDestroy();
  }

  /** Tells the sentinel that another server is the primary. */
  follow(primary: SimulatedServer): void {
    if (!this.isRunning || this.primary === primary) return;
    const before = this.primary;
    this.primary = primary;
    this.publish('+switch-master', `main ${placeOf(before)} ${placeOf(primary)}`);
  }

  publish(event: string, text: string): void {
    if (!this.isRunning) return;
    for (const socket of this.#subscribed) {
      socket.write(list(bulk('pmessage'), bulk('*'), bulk(event), bulk(text)));
    }
  }

  #accept(socket: MemorySocket): void {
    const reader = new ReplyReader();
    this.#connections.add(socket);
    socket.on('data', (chunk: Buffer) => {
      for (const command of reader.push(chunk).replies) {
        if (Array.isArray(command)) socket.write(this.#answerTo(socket, command.map(String)));
      }
    });
    socket.once('close', () => {
      this.#connections.delete(socket);
      this.#subscribed.delete(socket);
    });
  }

  #answerTo(socket: MemorySocket, [name = '', word = '']: readonly string[]): ReplyText {
    switch (name.toLowerCase()) {
      case 'ping':
        return this.#subscribed.has(socket) ? list(bulk('pong'), bulk('')) : simple('PONG');
      case 'psubscribe':
        this.#subscribed.add(socket);
        return list(bulk('psubscribe'), bulk('*'), ':1\r\n');
      case 'sentinel':
        return this.#tell(word.toLowerCase());
      default:
        return ok;
    }
  }

  #tell(word: string): ReplyText {
    switch (word) {
      case 'get-master-addr-by-name':
        return placeList(this.primary.address);
      case 'sentinels':
        return list(...this.#all.filter((address) => address !== this.#address).map(fieldsOf));
      case 'replicas':
        return list(
          ...this.#servers
            .filter((server) => server !== this.primary)
            .map(({ address }) => fieldsOf(address)),
        );
      default:
        return failure(`ERR Unknown sentinel subcommand '${word}'`);
    }
  }
}

function placeOf({ address }: SimulatedServer): string {
  return address.replace(':', ' ');
}

function placeList(address: string): ReplyText {
  return list(...address.split(':').map((part) => bulk(part)));
}

function fieldsOf(address: string): ReplyText {
  const [host = '', port = ''] = address.split(':');
  return list(bulk('ip'), bulk(host), bulk('port'), bulk(port), bulk('flags'), bulk('slave'));
}
