import { Batch, ClusterBatch, GlideClient, GlideClusterClient, Logger } from '@valkey/valkey-glide';
import type { Command, GuardedWrite, Peer, PeerKind, Target } from './peer.js';

type Client = GlideClient | GlideClusterClient;

/**
 * Valkey GLIDE behind the {@link Peer} interface. GLIDE's factory returns a promise for the client, which
 * resolves only when the client has connected, unless `lazyConnect` is set.
 */
class GlidePeer implements Peer {
  readonly #client: Promise<Client>;

  constructor(client: Promise<Client>) {
    this.#client = client;
    client.catch(ignore);
  }

  async call(...command: Command): Promise<unknown> {
    const client = await this.#client;
    return client.customCommand([...command]);
  }

  transaction(commands: readonly Command[]): Promise<readonly unknown[]> {
    return this.#batch(commands, true);
  }

  pipeline(commands: readonly Command[]): Promise<readonly unknown[]> {
    return this.#batch(commands, false);
  }

  async subscribe(channel: string, onMessage: (message: string) => void): Promise<void> {
    const client = await this.#client;
    await client.customCommand(['SUBSCRIBE', channel]);
    const listen = async (): Promise<void> => {
      for (;;) onMessage(String((await client.getPubSubMessage()).message));
    };
    listen().catch(ignore);
  }

  watch(key: string): Promise<unknown> {
    return this.call('watch', key);
  }

  async guardedSet(key: string, value: string): Promise<GuardedWrite> {
    const replies = await this.#execute([['set', key, value]], true);
    return replies === null ? 'refused' : 'applied';
  }

  /** GLIDE uses the password that `updateConnectionPassword` sets for its next connections. */
  setPassword(password: string): void {
    this.#client.then((client) => client.updateConnectionPassword(password)).catch(ignore);
  }

  async close(): Promise<void> {
    (await this.#client.catch(ignore))?.close();
  }

  async #batch(commands: readonly Command[], isAtomic: boolean): Promise<readonly unknown[]> {
    const replies = await this.#execute(commands, isAtomic);
    if (replies === null) throw new Error('The transaction was refused');
    return replies;
  }

  async #execute(commands: readonly Command[], isAtomic: boolean): Promise<readonly unknown[] | null> {
    const client = await this.#client;
    if (client instanceof GlideClusterClient) {
      return client.exec(filled(new ClusterBatch(isAtomic), commands), true);
    }
    return client.exec(filled(new Batch(isAtomic), commands), true);
  }
}

export const glideDefaults: PeerKind = {
  name: 'glide',
  label: 'Valkey GLIDE',
  setup: 'Valkey GLIDE for Node with its defaults (requestTimeout 250 ms), and lazyConnect',
  packages: ['@valkey/valkey-glide'],
  create: (target) => new GlidePeer(clientFor(target)),
};

function clientFor(target: Target): Promise<Client> {
  // By default, GLIDE prints a line for each command that times out.
  Logger.init('off');
  switch (target.kind) {
    case 'single': {
      const { host, port, password } = target;
      return GlideClient.createClient({
        addresses: [{ host, port }],
        lazyConnect: true,
        ...(password === undefined ? {} : { credentials: { password } }),
      });
    }
    case 'cluster':
      return GlideClusterClient.createClient({
        addresses: target.nodes.map(({ host, port }) => ({ host, port })),
        lazyConnect: true,
      });
    case 'sentinel':
      return Promise.reject(new Error('Valkey GLIDE does not speak with Sentinel.'));
    default:
      return target satisfies never;
  }
}

function filled<B extends Batch | ClusterBatch>(batch: B, commands: readonly Command[]): B {
  for (const command of commands) batch.customCommand([...command]);
  return batch;
}

function ignore(): undefined {
  // The calls tell.
}
