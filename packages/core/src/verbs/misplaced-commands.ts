import { commandNames } from '../catalogue/command-traits.ts';
import { ConfigurationError } from '../errors.ts';

const endings = ['quit', 'disconnect', 'end', 'destroy'];
const listening = ['once', 'off', 'addListener', 'addEventListener', 'removeListener', 'removeAllListeners'];
const ofResilience = ['applyOnce', 'on', 'ready', 'history', 'isolate', 'reconnect', 'close'];

/**
 * Adds methods with the names of a client's commands to an object that holds a client and is easily mistaken for it.
 * Each method throws an error that says what to write, instead of "is not a function". The methods are added to the
 * prototype's prototype, so they override no member of the object, and are not shown when it is printed. Names by which
 * other code recognises a client or a promise are left out: `then`, `duplicate`, `defineCommand`. The methods are
 * missing from the object's type, so that the compiler reports a call of one of them.
 *
 * @param written how callers name the object: with `resilience`, the error for `get()` says to write
 * `resilience.client.get()`
 */
export function answerMisplacedCommands(prototype: object, written: string): void {
  const resilience = written === 'resilience' ? written : `${written}.resilience`;
  const answers = [
    ...[...commandNames(), 'call', 'pipeline'].map((name) => answer(name, `${written}.client.${name}(…)`)),
    ...listening.map((name) => answer(name, `const stop = ${resilience}.on(event, listener)`)),
    answer('connect', 'await resilience.ready(): it connects by itself'),
    answer('runWithBudget', "import { runWithBudget } from '@redis-resilience/core'"),
    ...(written === 'resilience' ? [] : ofResilience).map((name) => answer(name, `${resilience}.${name}(…)`)),
    ...endings.map((name) => answer(name, 'await resilience.close(), when the process ends')),
  ];
  function answer(name: string, line: string): readonly [string, PropertyDescriptor] {
    const refuse = (): never => {
      throw new ConfigurationError(`${written} is not a client, and has no ${name}(). Write ${line}.`);
    };
    return [name, { value: refuse, configurable: true, writable: true }];
  }
  Object.setPrototypeOf(prototype, Object.create(Object.prototype, Object.fromEntries(answers)) as object);
}
