import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Everything that is broken at random, and mended again before the next thing breaks. */
export class Faults {
  #server;
  #proxy;
  #login;
  #random;
  #counts = new Map();

  constructor({ server, proxy, login, random }) {
    this.#server = server;
    this.#proxy = proxy;
    this.#login = login;
    this.#random = random;
  }

  /** Breaks one thing for a while, mends it, and tells what it was. */
  async next() {
    const kinds = Object.keys(acts);
    const name = kinds[Math.floor(this.#random() * kinds.length)];
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    await acts[name]({
      server: this.#server,
      proxy: this.#proxy,
      login: this.#login,
      random: this.#random,
      span: (from, to) => delay(from + this.#random() * (to - from)),
    });
    return name;
  }

  /** Mends everything. */
  async end() {
    this.#server.thaw();
    await this.#server.start();
    await this.#proxy.heal();
  }

  summary() {
    return [...this.#counts].map(([name, count]) => `${count} ${name}`).join(', ');
  }
}

const acts = {
  async kill({ server, span }) {
    await server.kill();
    await span(0, 2_500);
    await server.start();
  },
  async restart({ server }) {
    await server.restart();
  },
  async freeze({ server, span }) {
    await server.freeze();
    await span(50, 2_500);
    server.thaw();
  },
  async loading({ server }) {
    await server.restart({ loadingMs: 400 });
  },
  async reset({ proxy }) {
    proxy.reset();
  },
  async resets({ proxy, random, span }) {
    const stop = proxy.resetEvery({ minMs: 50, maxMs: 400, seed: 1 + Math.floor(random() * 1_000) });
    await span(500, 2_000);
    stop();
  },
  async refuse({ proxy, span }) {
    await proxy.refuse({ reset: true });
    await span(100, 1_500);
    await proxy.heal();
  },
  async drop({ proxy }) {
    proxy.blackhole({ existing: true });
  },
  async silence({ proxy, span }) {
    proxy.blackhole({ existing: true, incoming: true });
    await span(300, 2_000);
    await proxy.heal();
  },
  async latency({ proxy, random, span }) {
    proxy.latency(random() * 150, { jitterMs: random() * 50 });
    await span(500, 2_000);
    proxy.latency(0);
  },
  async throttle({ proxy, span }) {
    proxy.throttle(50_000);
    await span(300, 1_000);
    proxy.throttle(Infinity);
  },
  async trickle({ proxy, random, span }) {
    proxy.throttle(10 + random() * 200, { incoming: false });
    await span(500, 2_500);
    proxy.throttle(Infinity);
  },
  async cutToClient({ proxy, random }) {
    proxy.cutAfter(Math.floor(random() * 200), { how: random() < 0.5 ? 'reset' : 'end' });
  },
  async cutToServer({ proxy, random }) {
    proxy.cutAfter(Math.floor(random() * 200), {
      direction: 'toServer',
      how: random() < 0.5 ? 'reset' : 'silence',
    });
  },
  async rotatePassword({ server, proxy, login, span }) {
    const password = `password ${Math.round(performance.now())}`;
    await server.command('ACL', 'SETUSER', 'shop', 'resetpass', `>${password}`);
    proxy.reset();
    await span(0, 500);
    login.password = password;
    // A restart reads the configuration, which knows the first password only.
    await span(300, 500);
    login.password = 'first';
    await server.command('ACL', 'SETUSER', 'shop', 'resetpass', '>first');
  },
  async revokeChannels({ server, proxy, span }) {
    await server.command('ACL', 'SETUSER', 'shop', 'resetchannels');
    proxy.reset();
    await span(300, 1_200);
    await server.command('ACL', 'SETUSER', 'shop', 'allchannels');
  },
  async killClients({ server }) {
    await server.command('CLIENT', 'KILL', 'USER', 'shop');
  },
  async pauseWrites({ server, span }) {
    await server.command('CLIENT', 'PAUSE', 400, 'WRITE');
    await span(400, 600);
  },
  async outOfMemory({ server, span }) {
    await server.command('CONFIG', 'SET', 'maxmemory', 1);
    await span(200, 1_000);
    await server.command('CONFIG', 'SET', 'maxmemory', 0);
  },
  async tooFewReplicas({ server, span }) {
    await server.command('CONFIG', 'SET', 'min-replicas-to-write', 1);
    await span(200, 1_000);
    await server.command('CONFIG', 'SET', 'min-replicas-to-write', 0);
  },
  async maxClients({ server, proxy, span }) {
    await server.command('CONFIG', 'SET', 'maxclients', 3);
    proxy.reset();
    await span(300, 1_000);
    await server.command('CONFIG', 'SET', 'maxclients', 10_000);
  },
  async demote({ server, span }) {
    await server.command('REPLICAOF', '127.0.0.1', 1);
    await span(200, 800);
    await server.command('REPLICAOF', 'NO', 'ONE');
  },
  async slowScript({ server, span }) {
    const script = server.command('EVAL', 'while true do end', 0).catch(() => undefined);
    await span(200, 800);
    const killer = new Redis(server.port, server.host, { enableReadyCheck: false, retryStrategy: null });
    killer.on('error', () => undefined);
    await killer.script('KILL').catch(() => undefined);
    killer.disconnect();
    await script;
  },
  async blockLoop({ random }) {
    const endsAt = performance.now() + 100 + random() * 500;
    while (performance.now() < endsAt);
  },
};
