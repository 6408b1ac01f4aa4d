import { SimulatedServer, type ServerParts } from '../server/simulated-server.ts';
import { isServing, type Site } from './site.ts';
import { SimulatedSentinel } from './simulated-sentinel.ts';

/** The sentinels consider the primary down after this many milliseconds. */
const downAfterMs = 600;
const lookEveryMs = 100;
/** Milliseconds between the choice of a replica and its promotion. */
const promotionMs = 40;
/** The sentinels learn about a promotion one after the other, at this interval. */
const learnEveryMs = 60;

/** A primary, a replica without replication lag, and three sentinels. */
export class SentinelSite implements Site {
  readonly databases: readonly string[] = [];
  readonly servers: readonly [SimulatedServer, SimulatedServer];
  readonly target;
  readonly #parts: ServerParts;
  readonly #sentinels: readonly SimulatedSentinel[];
  #primary: SimulatedServer;
  #downSince: number | undefined;
  #isFailingOver = false;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    const kept = { ...parts, isPersistent: true };
    const primary = new SimulatedServer(kept, '10.0.0.1:6379');
    const replica = new SimulatedServer(kept, '10.0.0.2:6379');
    replica.store = primary.store;
    replica.role = 'slave';
    this.servers = [primary, replica];
    this.#primary = primary;
    const addresses = ['10.0.1.1:26379', '10.0.1.2:26379', '10.0.1.3:26379'];
    this.#sentinels = addresses.map(
      (address) => new SimulatedSentinel(parts, address, addresses, this.servers),
    );
    this.target = {
      sentinels: addresses.map((address) => ({ host: address.split(':')[0] ?? '', port: 26_379 })),
      name: 'main',
    };
    this.#lookLater();
  }

  serverFor(): SimulatedServer {
    return this.#primary;
  }

  serving(): SimulatedServer {
    return this.#primary;
  }

  get isAway(): boolean {
    return !this.#primary.isRunning || this.#primary.isFrozen;
  }

  get isWhole(): boolean {
    return (
      !this.#isFailingOver &&
      this.servers.every(isServing) &&
      this.#sentinels.every(({ isRunning, primary }) => isRunning && primary === this.#primary)
    );
  }

  failover(): void {
    const { time } = this.#parts;
    const replica = this.servers.find((server) => server !== this.#primary);
    if (this.#isFailingOver || replica === undefined || !isServing(replica)) return;
    this.#isFailingOver = true;
    this.#publish(
      '+failover-state-send-slaveof-noone',
      `slave ${replica.address} ${placeOf(replica)} @ main`,
    );
    time.after(promotionMs, () => {
      this.#primary.demote();
      this.#primary = replica;
      replica.role = 'master';
      this.#publish('+promoted-slave', `slave ${replica.address} ${placeOf(replica)} @ main`);
      for (const [index, sentinel] of this.#sentinels.entries()) {
        time.after(learnEveryMs * index, () => sentinel.follow(replica));
      }
      time.after(learnEveryMs * this.#sentinels.length, () => (this.#isFailingOver = false));
    });
  }

  stopSentinel(amount: number): () => void {
    const sentinel = this.#sentinels[Math.floor(amount * this.#sentinels.length)] ?? this.#sentinels[0];
    sentinel?.stop();
    return () => sentinel?.start(this.#primary);
  }

  #lookLater(): void {
    const { time } = this.#parts;
    time.after(lookEveryMs, () => {
      if (!this.isAway) this.#downSince = undefined;
      else this.#downSince ??= time.now();
      if (this.#downSince !== undefined && time.now() - this.#downSince >= downAfterMs) this.failover();
      this.#lookLater();
    });
  }

  #publish(event: string, text: string): void {
    for (const sentinel of this.#sentinels) sentinel.publish(event, text);
  }
}

function placeOf({ address }: SimulatedServer): string {
  return address.replace(':', ' ');
}
