import { textAt, wordAt } from '../arguments/argument-words.ts';
import { isUniqueToken } from './lock-token.ts';

/** A lock that a caller takes with `SET key token NX PX ttl`. */
export interface SetLock {
  readonly key: string;
  readonly token: string;
}

/**
 * A token is a single word. A value of another form, such as JSON or a sentence, may be one that several callers write.
 */
const tokenShape = /^[\w.:+/=@-]{1,200}$/;

const expiryOptions: ReadonlySet<string> = new Set(['EX', 'PX', 'EXAT', 'PXAT']);

/**
 * Returns the lock that this command takes; undefined if this command is no SET with NX and an expiry, or if its value
 * does not look like a unique token.
 */
export function setLockOf(name: string, args: readonly unknown[]): SetLock | undefined {
  if (name !== 'set' || args.length !== 5) return undefined;
  const [third, fourth, fifth] = [wordAt(args, 2), wordAt(args, 3), wordAt(args, 4)];
  const isLock = third === 'NX' ? expiryOptions.has(fourth) : expiryOptions.has(third) && fifth === 'NX';
  const [key, token] = [textAt(args, 0), textAt(args, 1)];
  return isLock && key !== '' && isUniqueToken(token) && tokenShape.test(token) ? { key, token } : undefined;
}
