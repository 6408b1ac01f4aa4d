import { tolerated } from './client-errors.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Defines on `prototype` all commands of `generated`, the prototype of the class that node-redis generated. The
 * promises that these commands return are {@link tolerated}: if nobody handles a rejection, an outage does not end the
 * process.
 */
export function tolerateMethods(prototype: object, generated: object): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(generated))) {
    if (name === 'constructor' || name === 'Multi') continue;
    if (typeof descriptor.value === 'function') {
      Object.defineProperty(prototype, name, { ...descriptor, value: tolerant(descriptor.value as Method) });
    } else tolerateNamespace(prototype, name, descriptor);
  }
}

/**
 * Returns a subclass of the class for MULTI. The promises of `exec` and `execAsPipeline` are {@link tolerated} in the
 * subclass: if nobody handles a rejection, an outage does not end the process.
 */
export function tolerantMulti(Multi: new (...args: never[]) => object): new (...args: never[]) => object {
  const Tolerant = class extends Multi {};
  for (const name of ['exec', 'execAsPipeline']) {
    const method = (Multi.prototype as Record<string, Method>)[name];
    if (method === undefined) continue;
    Object.defineProperty(Tolerant.prototype, name, {
      value: tolerant(method),
      configurable: true,
      writable: true,
    });
  }
  return Tolerant;
}

function tolerant(method: Method): Method {
  return function (...args) {
    const answer = method.apply(this, args);
    return answer instanceof Promise ? tolerated(answer) : answer;
  };
}

/**
 * Defines on `prototype` the commands of a module, such as `client.json`. A getter creates the object with these
 * commands for each client, and for each object that `withTypeMapping` returns.
 */
function tolerateNamespace(prototype: object, name: string, { get }: { get?(this: void): unknown }): void {
  const made = new WeakMap<object, object>();
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: object) {
      const known = made.get(this);
      if (known !== undefined) return known;
      const theirs = get?.call(Object.create(this) as never) as object;
      const commands = Object.getPrototypeOf(theirs) as object;
      const namespace = Object.create(theirs) as Record<string, unknown>;
      for (const [command, method] of Object.entries(commands))
        namespace[command] = tolerant(method as Method);
      namespace['_self'] = this;
      made.set(this, namespace);
      return namespace;
    },
  });
}
