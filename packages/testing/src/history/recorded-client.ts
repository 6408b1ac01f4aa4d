import { modelledCommands } from './model/redis-model.ts';
import { valuesIn } from './reply.ts';
import type { OneCommand, Task } from './task.ts';

type Run = <T>(task: Task, run: () => Promise<T>) => Promise<T>;
type Method = (...args: readonly unknown[]) => unknown;
/**
 * The return value of `multi()` and `pipeline()`: an object with methods for commands, which can be chained, and with
 * `exec`.
 */
type Chain = Readonly<Record<string | symbol, Method>>;

/** Returns a client whose commands go through `run`; see `HistoryRecorder.client`. */
export function recordedClient<Client extends object>(client: Client, run: Run): Client {
  return new Proxy(client, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property, target);
      if (typeof method !== 'function') return method;
      const call = (method as Method).bind(target);
      const name = nameOf(property);
      if (name === 'multi' || name === 'pipeline') {
        return (...args: readonly unknown[]) => recordedChain(call(...args), name, run);
      }
      if (!modelledCommands.has(name)) return call;
      return (...args: readonly unknown[]) =>
        run([name, ...argumentsOf(name, args)], () => call(...args) as Promise<unknown>);
    },
  });
}

function recordedChain(chain: unknown, kind: 'multi' | 'pipeline', run: Run): unknown {
  // `multi({ pipeline: false })` of ioredis returns no chain, because it sends each command of the MULTI separately.
  if (typeof (chain as Chain | undefined)?.['exec'] !== 'function') return chain;
  const tasks: OneCommand[] = [];
  const recorded: unknown = new Proxy(chain as Chain, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property, target);
      if (typeof method !== 'function') return method;
      const call = (method as Method).bind(target);
      const name = nameOf(property);
      if (name === 'exec') return () => execute(kind, tasks, run, () => call() as Promise<unknown>);
      return (...args: readonly unknown[]) => {
        const result = call(...args);
        if (result !== target) return result;
        tasks.push([name, ...argumentsOf(name, args)]);
        return recorded;
      };
    },
  });
  return recorded;
}

function execute(
  kind: 'multi' | 'pipeline',
  tasks: readonly OneCommand[],
  run: Run,
  exec: () => Promise<unknown>,
): Promise<unknown> {
  if (kind === 'multi') return run({ multi: tasks }, exec);
  // Each command in a pipeline is recorded as a separate operation, because it may run at any time before the whole
  // pipeline returns.
  let replies: Promise<unknown> | undefined;
  const names = tasks.map(([name]) => name);
  const answered = tasks.map((task, index) =>
    run(task, async () => {
      const value = valuesIn((await (replies ??= exec())) as readonly unknown[], names)[index];
      if (value instanceof Error) throw value;
      return value;
    }).catch(() => undefined),
  );
  return Promise.all(answered).then(() => replies ?? exec());
}

function nameOf(property: string | symbol): string {
  return typeof property === 'string' ? property.toLowerCase() : '';
}

// Returns the arguments of a call as they are sent. In node-redis, the last argument of SET may be an object with
// options.
function argumentsOf(name: string, args: readonly unknown[]): readonly string[] {
  const options = name === 'set' ? args[2] : undefined;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    return args.flatMap(argumentsIn);
  return [
    ...args.slice(0, 2).flatMap(argumentsIn),
    ...setWords(options as Readonly<Record<string, unknown>>),
  ];
}

function setWords({ condition, expiration, ...flags }: Readonly<Record<string, unknown>>): readonly string[] {
  const { type = expiration, value } = Object(expiration) as Readonly<Record<string, unknown>>;
  const words = Object.entries(flags).flatMap(([word, given]) => {
    if (given === false || given === null || given === undefined) return [];
    return given === true ? [word] : [word, given];
  });
  return [condition, type, value, ...words].flatMap(argumentsIn);
}

function argumentsIn(argument: unknown): readonly string[] {
  if (Array.isArray(argument)) return argument.flatMap(argumentsIn);
  if (argument === null || argument === undefined || typeof argument === 'function') return [];
  if (Buffer.isBuffer(argument)) return [argument.toString()];
  if (argument instanceof Map) return [...argument].flat().map(String);
  if (typeof argument === 'object') return Object.entries(argument).flat().map(String);
  return [typeof argument === 'string' ? argument : JSON.stringify(argument)];
}
