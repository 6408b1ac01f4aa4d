import { setTimeout as delay } from 'node:timers/promises';
import { isRedisResilienceError } from '@redis-resilience/core';
import { waitFor } from '@redis-resilience/testing';

const everyMs = 5;

/** Calls of every kind, one group every few milliseconds, with a book of what was acknowledged, unknown and not applied. */
export class Traffic {
  #resilience;
  #random;
  #client;
  #subscriber;
  #worker;
  #timer;
  #workerLoop;
  #isRunning = false;
  #next = 0;
  #issued = 0;
  #settled = 0;
  #failed = 0;
  #byKind = new Map();
  #failures = new Map();
  #strange = [];
  #lastFault = 'none';
  /** By key: how often it was acknowledged, and how often it may have run besides. */
  #book = new Map();
  messages = 0;

  constructor(resilience, random) {
    this.#resilience = resilience;
    this.#random = random;
    this.#client = resilience.client;
    this.#client.defineCommand('addUp', {
      numberOfKeys: 1,
      lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
    });
    this.#subscriber = this.#client.duplicate();
    this.#subscriber.on('message', () => this.messages++);
    this.#worker = this.#client.duplicate();
  }

  /** How many connections it uses. */
  connections = 3;

  noteFault(name) {
    this.#lastFault = name;
  }

  async start() {
    this.#isRunning = true;
    // Its socket may be one that was dropped in silence: then the first call on it may fail.
    await waitFor(async () => (await this.#subscriber.subscribe('news').catch(() => 0)) > 0);
    this.#timer = setInterval(() => this.#issue(), everyMs);
    this.#workerLoop = this.#work();
  }

  async stop() {
    this.#isRunning = false;
    clearInterval(this.#timer);
    await this.#workerLoop;
  }

  /** Resolves when every call has settled. @throws Error when one does not */
  async settle() {
    await waitFor(() => this.#settled === this.#issued, {
      timeoutMs: 15_000,
      message: `all calls to settle: ${this.#issued - this.#settled} are pending`,
    });
  }

  async close() {
    this.#subscriber.disconnect();
    this.#worker.disconnect();
    await waitFor(() => this.#subscriber.status === 'end' && this.#worker.status === 'end');
  }

  totals() {
    return { issued: this.#issued, failed: this.#failed };
  }

  summary() {
    return [...this.#byKind].map(([kind, count]) => `${count} ${kind}`).join(', ');
  }

  failureSummary() {
    return [...this.#failures].map(([kind, count]) => `${count} ${kind}`).join(', ');
  }

  /** What is wrong with the data on the server, in the light of what callers were told. */
  async audit(server) {
    const problems = this.#strange.slice(0, 5).map((text) => `unexpected error: ${text}`);
    const keys = [...this.#book.keys()];
    for (let from = 0; from < keys.length; from += 500) {
      const some = keys.slice(from, from + 500);
      const values = await server.command('MGET', ...some);
      for (const [index, key] of some.entries()) {
        const { acknowledged, unknown, fault } = this.#book.get(key);
        const value = Number(values[index] ?? 0);
        if (value >= acknowledged && value <= acknowledged + unknown) continue;
        problems.push(
          `${key} is ${value}, acknowledged ${acknowledged}, unknown ${unknown} (after ${fault})`,
        );
      }
    }
    if (this.messages === 0) problems.push('no message ever arrived');
    const status = [this.#client, this.#subscriber, this.#worker].map((client) => client.status);
    if (status.some((each) => each !== 'ready')) problems.push(`the clients are ${status.join()}`);
    return problems.slice(0, 20);
  }

  /** Throws the book away. */
  forget() {
    this.#book.clear();
  }

  #issue() {
    const kinds = Object.keys(calls);
    const kind = kinds[Math.floor(this.#random() * kinds.length)];
    const key = `${kind}:${this.#next++}`;
    const counted = calls[kind](this.#client, key, this.#resilience);
    this.#track(kind, counted.call, counted.counts ? key : undefined);
  }

  async #work() {
    while (this.#isRunning) {
      const call = this.#worker.blpop('queue', 0.2);
      this.#track('blpop', call, undefined);
      await call.catch(() => delay(20));
    }
  }

  #track(kind, call, key) {
    this.#issued++;
    this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1);
    const fault = this.#lastFault;
    const entry = { acknowledged: 0, unknown: 0, fault };
    if (key !== undefined) this.#book.set(key, entry);
    let times = 0;
    const settle = () => {
      if (++times > 1) this.#strange.push(`${kind} settled ${times} times`);
      this.#settled++;
    };
    call.then(
      () => {
        entry.acknowledged = 1;
        settle();
      },
      (error) => {
        this.#failed++;
        if (!isRedisResilienceError(error) && !isOwnAnswer(kind, error))
          this.#strange.push(`${kind}: ${error?.message} (after ${fault})`);
        else if (error.outcome !== 'not-applied') entry.unknown = 1;
        const name = isRedisResilienceError(error)
          ? `${error.code}/${error.outcome}`
          : String(error?.message);
        this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1);
        settle();
      },
    );
  }
}

/** A script may have written before it ran out of memory, a channel may be forbidden: such answers are the caller's. */
function isOwnAnswer(kind, error) {
  if (error?.outcome !== 'refused') return false;
  return kind === 'script'
    ? error.message.startsWith('OOM')
    : kind === 'publish' && error.message.startsWith('NOPERM');
}

/** An error inside the replies of a pipeline is the error of the whole. */
async function whole(replies) {
  const failure = (await replies)?.find(([error]) => error !== null)?.[0];
  if (failure) throw failure;
}

// `counts`: its key counts how often it ran.
const calls = {
  get: (client) => ({ call: client.get('greeting') }),
  set: (client) => ({ call: client.set('greeting', 'hello') }),
  large: (client) => ({ call: client.set('large', 'x'.repeat(30_000)) }),
  incr: (client, key) => ({ call: client.incr(key), counts: true }),
  incrby: (client, key) => ({ call: client.call('INCRBY', key, 1), counts: true }),
  pipeline: (client, key) => ({
    call: whole(client.pipeline().get('greeting').incr(key).exec()),
    counts: true,
  }),
  multi: (client, key) => ({ call: client.multi().incr(key).set('b', '1').exec(), counts: true }),
  script: (client, key) => ({ call: client.addUp(key, '1'), counts: true }),
  once: (client, key, resilience) => ({ call: resilience.applyOnce(key, 'incr', key), counts: true }),
  push: (client) => ({ call: client.rpush('queue', 'job') }),
  publish: (client) => ({ call: client.publish('news', 'hello') }),
  execute: (_client, _key, resilience) => ({ call: resilience.execute((inner) => inner.get('greeting')) }),
};
