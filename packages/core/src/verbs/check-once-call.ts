import { traitsOf } from '../catalogue/command-traits.ts';
import { ConfigurationError } from '../errors.ts';
import { keysOf } from '../ioredis/clients.ts';
import type { OnceArgument } from '../redis-resilience.ts';

/** The number of values that a Lua script can pass to a command, without the command's name. */
const maxArguments = 7_999;

/** @throws {@link ConfigurationError} if `applyOnce` cannot apply this write */
export function checkOnceCall(id: string, name: string, args: readonly unknown[]): void {
  if (typeof id !== 'string' || id.length === 0) {
    throw new ConfigurationError(
      "applyOnce needs an id, a string that is not empty: applyOnce('order:17', 'incr', 'sold').",
    );
  }
  if (typeof name !== 'string' || name.length === 0) {
    throw new ConfigurationError(
      "applyOnce needs the name of a command after the id: applyOnce('order:17', 'incr', 'sold').",
    );
  }
  if (!args.every(isArgument)) {
    throw new ConfigurationError(
      'applyOnce takes strings, numbers and Buffers as the arguments of a command, none of them undefined or an object.',
    );
  }
  if (args.length > maxArguments) {
    throw new ConfigurationError(
      `applyOnce takes at most ${maxArguments} arguments; given: ${args.length}. Split the write, and give each part an id of its own.`,
    );
  }
  const traits = traitsOf(name);
  if (traits.kind !== 'ordinary' || traits.lane !== 'write' || traits.script || traits.container) {
    throw new ConfigurationError(
      `applyOnce takes an id of yours, then a plain write: applyOnce('order:17', 'incr', 'sold'). Given as the write: ${shown(traits.name)}.`,
    );
  }
  // ioredis 5 finds the keys of commands in lower case only.
  const keys = keysOf(traits.name, args);
  if (keys.length !== 1 || String(keys[0]) !== String(args[0])) {
    throw new ConfigurationError(
      `applyOnce takes a write of exactly one key, its first argument; given: ${shown(traits.name)}.`,
    );
  }
}

// The command's name may come from a request, and so be of any length: only a short and plain name is shown.
function shown(name: string): string {
  return /^[\w.|-]{1,40}$/.test(name) && name !== 'an-odd-name' ? name : 'a name that no command has';
}

function isArgument(value: unknown): value is OnceArgument {
  return typeof value === 'string' || typeof value === 'number' || Buffer.isBuffer(value);
}
