import type { Clock } from '../clock.ts';
import { withinDeadline } from '../deadline.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

export type CredentialsSource = Credentials | (() => Credentials | Promise<Credentials>) | undefined;

/**
 * Returns the credentials in the options of a driver; undefined if there is no password. The driver accepts a user name
 * or password that is a number, as a settings file may contain, and sends the number as text.
 */
export function driverCredentials(
  username: string | number | null | undefined,
  password: string | number | null | undefined,
): Credentials | undefined {
  if (password === undefined || password === null) return undefined;
  return {
    username: username === undefined || username === null ? undefined : String(username),
    password: String(password),
  };
}

/** Thrown if the application's credentials provider threw, took too long, or did not return credentials. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/**
 * Gets the credentials from their source. Rejects after `timeoutMs`, or when the signal aborts.
 *
 * @throws {@link CredentialsError} with the provider's own error as its `cause`
 */
export async function resolveCredentials(
  source: CredentialsSource,
  timeoutMs: number,
  clock: Clock,
  signal?: CancelSignal,
): Promise<Credentials | undefined> {
  if (typeof source !== 'function') return source;
  try {
    const given = await withinDeadline(
      clock,
      timeoutMs,
      Promise.resolve().then(source),
      () => new Error(`no answer within ${timeoutMs} ms`),
      signal,
    );
    if (typeof given?.password !== 'string' || 'user' in given)
      throw new TypeError('expected { username?, password }');
    return given;
  } catch (error) {
    if (error instanceof CredentialsError) throw error;
    throw new CredentialsError('The credentials provider failed.', { cause: error });
  }
}
