import { Command, type Redis } from 'ioredis';
import type { NodeDriver } from '../../driver/cluster-driver.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';
import { printClient } from '../clients.ts';
import { internals, type Internals } from '../internals.ts';
import { RedisDriver } from '../redis-driver.ts';
import type { ParserTraits } from '../../replies/frame-line.ts';

const drivers = new WeakMap<Redis, IoredisNode>();

/** The connection of a cluster client to one node. */
export class IoredisNode extends RedisDriver implements NodeDriver {
  readonly address: string;

  private constructor(client: Redis) {
    super(client);
    printClient(client);
    // Makes the client end when its connection is lost, because this library redials nodes itself.
    internals(client).options['retryStrategy'] = null;
    tolerateAsking(client);
    this.address = `${client.options.host}:${client.options.port}`;
  }

  /** Returns the driver of this client, which is created once. */
  static of(client: Redis): IoredisNode {
    const known = drivers.get(client);
    if (known !== undefined) return known;
    const created = new IoredisNode(client);
    drivers.set(client, created);
    return created;
  }

  get isReplica(): boolean {
    return this.client.options.readOnly === true;
  }

  override get parser(): ParserTraits {
    return { ...super.parser, followsRedirects: true };
  }

  connectNow(): void {
    if (this.status === 'idle') this.client.connect().catch(ignore);
  }

  rejectWaiting(matches: (command: DriverCommand) => boolean, error: Error): void {
    const { offlineQueue } = internals(this.client);
    const waiting = offlineQueue.toArray();
    offlineQueue.clear();
    const isRejected = ({ command, stream }: Waiting): boolean => stream === undefined && matches(command);
    for (const item of waiting) if (!isRejected(item)) offlineQueue.push(item);
    for (const item of waiting) if (isRejected(item)) item.command.reject(error);
  }

  rejectSent(matches: (command: DriverCommand) => boolean, error: Error): void {
    for (const sent of internals(this.client).commandQueue.toArray()) {
      const { command, stream } = sent;
      if (stream !== undefined || !matches(command)) continue;
      // The reply that may still come belongs to a command that nobody waits for.
      const unheard = new Command(command.name);
      unheard.promise.catch(ignore);
      Object.assign(sent, { command: unheard });
      command.reject(error);
    }
  }
}

type Waiting = ReturnType<Internals['offlineQueue']['toArray']>[number];

// After an ASK redirection, ioredis sends ASKING without awaiting its promise, whose rejection would be unhandled if
// the node could not be reached.
function tolerateAsking(client: Redis): void {
  const ask = client.asking.bind(client);
  client.asking = () => {
    const asked = ask();
    asked.catch(ignore);
    return asked;
  };
}

function ignore(): void {
  // The node's connector reports failed attempts.
}
