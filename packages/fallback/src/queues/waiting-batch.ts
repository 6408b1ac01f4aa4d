import type { ChainableCommander } from 'ioredis';
import { isAway } from '@redis-resilience/core/kit';

type Call = readonly [name: PropertyKey, args: readonly unknown[]];
type Callback = (error: unknown, results?: unknown) => void;
type Method = (...args: unknown[]) => unknown;

/**
 * Wraps a pipeline or transaction, so that its `exec` waits for Redis if the batch contains a command that `waits`
 * selects. ioredis executes a batch only once, so each attempt fills a new batch, which `begin` creates, with the same
 * commands.
 */
export function waitingBatch(
  batch: ChainableCommander,
  begin: () => ChainableCommander,
  waits: (...call: Call) => boolean,
  ask: (exec: () => Promise<unknown>) => Promise<unknown>,
): ChainableCommander {
  const calls: Call[] = [];
  // Methods that a library adds to the batch are called as they are; they add commands through the wrapped batch.
  const added = new Map<PropertyKey, unknown>();
  const exec = async (): Promise<unknown> => resultsOf(await filled(begin(), calls).exec());
  const wrapped: ChainableCommander = new Proxy(batch, {
    get(target, name) {
      if (added.has(name)) return added.get(name);
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name === 'exec' && calls.some((each) => waits(...each))) {
        return (callback?: Callback) => answering(ask(exec), callback);
      }
      return (...args: unknown[]) => {
        const answer = (value as Method).apply(target, args);
        if (answer !== target) return answer;
        calls.push([name, args]);
        return wrapped;
      };
    },
    set(_target, name, value) {
      added.set(name, value);
      return true;
    },
  });
  return wrapped;
}

function filled(batch: ChainableCommander, calls: readonly Call[]): ChainableCommander {
  for (const [name, args] of calls) (Reflect.get(batch, name) as Method).apply(batch, [...args]);
  return batch;
}

/** @throws the error of the first command, if no command of a pipeline ran because Redis is unavailable */
function resultsOf(results: Awaited<ReturnType<ChainableCommander['exec']>>): typeof results {
  const [first] = results ?? [];
  if (Array.isArray(first) && isAway(first[0]) && results?.every(([error]) => isAway(error))) throw first[0];
  return results;
}

function answering(results: Promise<unknown>, callback: Callback | undefined): Promise<unknown> {
  if (callback !== undefined) results.then((each) => callback(null, each), callback);
  else results.catch(() => undefined);
  return results;
}
