import { commandNames } from '../catalogue/command-traits.ts';
import { ConfigurationError } from '../errors.ts';

const endings = ['quit', 'disconnect', 'end', 'destroy'];
const listening = ['once', 'off', 'addListener', 'addEventListener', 'removeListener', 'removeAllListeners'];
const ofClient = ['options', 'mode', 'stream'];
const ofResilience = ['applyOnce', 'on', 'ready', 'history', 'isolate', 'reconnect', 'close'];

/**
 * Adds methods with the names of a client's commands to an object that holds a client and is easily mistaken for it.
 * Each method throws an error that says what to write, instead of "is not a function", and so does reading one of the
 * properties of a client, which would be undefined. They are added to the prototype's prototype, so they override no
 * member of the object, and are not shown when it is printed. Names by which other code recognises a client or a promise
 * are left out: `then`, `duplicate`, `defineCommand`, `isCluster`. They are missing from the object's type, so that the
 * compiler reports the use of one of them.
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
    readAnswer('status', `${resilience}.snapshot().status`),
    ...['isOpen', 'isReady'].map((name) => readAnswer(name, `${resilience}.snapshot().status === 'up'`)),
    ...ofClient.map((name) => readAnswer(name, `${written}.client.${name}`)),
  ];
  function answer(name: string, line: string): readonly [string, PropertyDescriptor] {
    return [name, { value: refusal(`${name}()`, line), configurable: true, writable: true }];
  }
  function readAnswer(name: string, line: string): readonly [string, PropertyDescriptor] {
    function set(this: object, value: unknown): void {
      Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
    }
    return [name, { get: refusal(name, line), set, configurable: true }];
  }
  function refusal(member: string, line: string): () => never {
    return () => {
      throw new ConfigurationError(`${written} is not a client, and has no ${member}. Write ${line}.`);
    };
  }
  Object.setPrototypeOf(prototype, Object.create(Object.prototype, Object.fromEntries(answers)) as object);
}
