import type { Driver } from '../driver/driver.ts';
import { isRedisResilienceError, RedisUnavailableError } from '../errors.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { Settings } from '../options/settings.ts';
import { isReplyError } from '../replies/connection-error.ts';
import { ErrorReply } from '../replies/reply.ts';
import { withoutPasswords } from '../replies/unquoted-arguments.ts';
import { resolveCredentials, type CredentialsSource } from '../handshake/credentials.ts';
import { throttledCredentials } from '../handshake/throttled-credentials.ts';

/** The current source of credentials: the option `credentials`, until `reauthenticate` sets new ones. */
export interface CredentialsHolder {
  source: CredentialsSource;
}

/** @param closed controller that is aborted when the `RedisResilience` is closed */
export function credentialsHolder(
  settings: Settings,
  closed: Pick<AbortController, 'signal'>,
): CredentialsHolder {
  const { clock, random, connection } = settings;
  const { credentials, credentialsTimeoutMs } = connection;
  if (typeof credentials !== 'function') return { source: credentials };
  // `closed.signal` is read only if it is needed, because a controller creates its signal, a large object, at the first
  // read.
  return { source: throttledCredentials(credentials, credentialsTimeoutMs, clock, random, closed.signal) };
}

/** Obtains the current credentials, and sets the credentials of every connection that this client makes from now on. */
async function giveCredentials(
  driver: Driver,
  credentials: CredentialsHolder,
  settings: Settings,
): Promise<Credentials | undefined> {
  const given = await resolveCredentials(
    credentials.source,
    settings.connection.credentialsTimeoutMs,
    settings.clock,
  );
  if (given !== undefined) driver.setCredentials(given);
  return given;
}

/**
 * Sends AUTH with the current credentials on a live connection, and lets later connections use the same credentials. A
 * connection that is being closed is skipped.
 *
 * @throws {@link RedisUnavailableError} with the reason `auth` if the server refuses the credentials; the error
 *   contains no credentials
 */
export async function reauthenticate(
  driver: Driver,
  credentials: CredentialsHolder,
  settings: Settings,
): Promise<void> {
  const given = await giveCredentials(driver, credentials, settings);
  if (given === undefined || driver.status !== 'ready') return;
  try {
    await driver.authenticate(given);
  } catch (error) {
    if (isOfClosed(error)) return;
    if (isRedisResilienceError(error)) throw error;
    throw new RedisUnavailableError(
      'The server refused the new credentials; the connection keeps its previous login. New connections already use ' +
        'the new credentials: correct them, and call reauthenticate again.',
      { reason: 'auth', outcome: 'refused', connection: settings.name, cause: causeWithout(error, given) },
    );
  }
}

/**
 * Returns whether the error means that the connection was closed in the meantime, so that no login is needed. On a node
 * of a Cluster, any error that is not an error reply means that the connection was closed.
 */
function isOfClosed(error: unknown): boolean {
  if (isRedisResilienceError(error)) return error.reason === 'closed';
  return error instanceof Error && !isReplyError(error);
}

function causeWithout(error: unknown, { password }: Credentials): unknown {
  return error instanceof Error ? withoutPasswords(new ErrorReply(error.message), [password]) : error;
}
