import { textAt, wordAt } from './arguments/argument-words.ts';

/** A lock that a caller takes with `SET key token NX PX ttl`. */
export interface SetLock {
  readonly key: string;
  readonly token: string;
}

/** A single word that is long enough to be a token that nobody else writes, unlike `1`, `locked` or JSON. */
const tokenShape = /^[\w.:+/=@-]{16,200}$/;

const expiryOptions: ReadonlySet<string> = new Set(['EX', 'PX', 'EXAT', 'PXAT']);

/** Returns the lock that this command takes; undefined if the command does not have the form of such a command. */
export function setLockOf(name: string, args: readonly unknown[]): SetLock | undefined {
  if (name !== 'set' || args.length !== 5) return undefined;
  const [third, fourth, fifth] = [wordAt(args, 2), wordAt(args, 3), wordAt(args, 4)];
  const isLock = third === 'NX' ? expiryOptions.has(fourth) : expiryOptions.has(third) && fifth === 'NX';
  const [key, token] = [textAt(args, 0), textAt(args, 1)];
  return isLock && key !== '' && tokenShape.test(token) ? { key, token } : undefined;
}
