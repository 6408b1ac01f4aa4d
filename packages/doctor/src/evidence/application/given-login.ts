import type { Deadline } from '../../deadline.ts';
import type { Login } from '../../target/walk-target.ts';
import type { ApplicationEvidence } from './application.ts';

const providerTimeoutMs = 2000;

/**
 * Returns the credentials with which the doctor logs in. The option `connection.credentials` of the RedisResilience
 * takes precedence over the login in the target, as it does when the application connects.
 */
export async function givenLogin(
  own: Login | undefined,
  application: ApplicationEvidence | undefined,
  deadline: Deadline,
): Promise<{ readonly login: Login | undefined; readonly error: string | undefined }> {
  const source = application?.settings?.connection?.credentials;
  if (source === undefined) return { login: own, error: undefined };
  const bound = deadline.within(providerTimeoutMs);
  try {
    const asked = typeof source === 'function' ? Promise.resolve(source()) : Promise.resolve(source);
    const credentials = await bound.race(asked, undefined);
    if (credentials === undefined) return { login: own, error: 'timeout' };
    return { login: { username: credentials.username, password: credentials.password }, error: undefined };
  } catch (error) {
    // The error comes from the credentials function. Only its name is kept, because its message may quote a secret.
    return { login: own, error: error instanceof Error ? error.name : 'thrown' };
  } finally {
    bound.release();
  }
}
