import type { Command } from '@redis-resilience/testing/history';

type Stored = string | string[] | Set<string> | Map<string, string>;

/** A Redis in memory that produces histories. The store shares no code with the model that checks the histories. */
export class MemoryStore {
  readonly #stored = new Map<string, Stored>();

  run({ name, args: [key = '', ...rest] }: Command): unknown {
    const [first = '', second = ''] = rest;
    switch (name) {
      case 'get':
        return this.#stored.get(key) ?? null;
      case 'set': {
        if (rest.includes('nx') && this.#stored.has(key)) return null;
        this.#stored.set(key, first);
        return 'OK';
      }
      case 'getset': {
        const old = this.#stored.get(key) ?? null;
        this.#stored.set(key, first);
        return old;
      }
      case 'del':
        return this.#stored.delete(key) ? 1 : 0;
      case 'incrby': {
        const sum = Number(this.#stored.get(key) ?? 0) + Number(first);
        this.#stored.set(key, String(sum));
        return sum;
      }
      case 'hincrby': {
        const hash = this.#of(key, () => new Map<string, string>());
        const sum = Number(hash.get(first) ?? 0) + Number(second);
        hash.set(first, String(sum));
        return sum;
      }
      case 'hgetall':
        return Object.fromEntries(this.#of(key, () => new Map<string, string>()));
      case 'lpush':
        return this.#of(key, (): string[] => []).unshift(first);
      case 'rpush':
        return this.#of(key, (): string[] => []).push(first);
      case 'lpop':
        return this.#of(key, (): string[] => []).shift() ?? null;
      case 'lrange':
        return [...this.#of(key, (): string[] => [])];
      case 'sadd': {
        const set = this.#of(key, () => new Set<string>());
        const isNew = !set.has(first);
        set.add(first);
        return isNew ? 1 : 0;
      }
      case 'srem':
        return this.#of(key, () => new Set<string>()).delete(first) ? 1 : 0;
      case 'smembers':
        return [...this.#of(key, () => new Set<string>())];
      default:
        throw new Error(`The store knows no ${name}.`);
    }
  }

  #of<T extends Stored>(key: string, make: () => T): T {
    const stored = (this.#stored.get(key) as T | undefined) ?? make();
    this.#stored.set(key, stored);
    return stored;
  }
}
