import { textAt, wordAt } from './arguments/argument-words.ts';
import { isUniqueToken } from './lock-token.ts';

/** A lock that a caller takes with `SET key token NX PX ttl`. */
export interface SetLock {
  readonly key: string;
  readonly token: string;
}

/** A single word, unlike JSON or a sentence, which may be a value that other callers write, too. */
const tokenShape = /^[\w.:+/=@-]{1,200}$/;

const expiryOptions: ReadonlySet<string> = new Set(['EX', 'PX', 'EXAT', 'PXAT']);

/** Returns the lock that this command takes; undefined if the command does not have the form of such a command. */
export function setLockOf(name: string, args: readonly unknown[]): SetLock | undefined {
  if (name !== 'set' || args.length !== 5) return undefined;
  const [third, fourth, fifth] = [wordAt(args, 2), wordAt(args, 3), wordAt(args, 4)];
  const isLock = third === 'NX' ? expiryOptions.has(fourth) : expiryOptions.has(third) && fifth === 'NX';
  const [key, token] = [textAt(args, 0), textAt(args, 1)];
  return isLock && key !== '' && isUniqueToken(token) && tokenShape.test(token) ? { key, token } : undefined;
}
