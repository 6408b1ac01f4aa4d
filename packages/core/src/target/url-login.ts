import type { TargetLogin } from './parsed-target.ts';
import { decodePart, refuseUrl } from './refuse-url.ts';
import type { UrlParameters } from './url-parameters.ts';

/** Returns the login of a URL: the part before its `@`, or its parameters `username` and `password`. */
export function urlLogin(userinfo: string, parameters: UrlParameters): TargetLogin | undefined {
  const fromParameters = loginFromParameters(parameters, 'username', 'password');
  if (userinfo === '') return fromParameters;
  if (fromParameters !== undefined) return refuseUrl('has two logins: before its @, and in its parameters');
  const colon = userinfo.indexOf(':');
  const username = decodePart(colon === -1 ? userinfo : userinfo.slice(0, colon)) || undefined;
  const password = colon === -1 ? '' : decodePart(userinfo.slice(colon + 1));
  return username === undefined && password === '' ? undefined : { username, password };
}

/** Reads a login from two parameters. A user name without a password is rejected, because it would have no effect. */
export function loginFromParameters(
  parameters: UrlParameters,
  usernameName: 'username' | 'sentinelUsername',
  passwordName: 'password' | 'sentinelPassword',
): TargetLogin | undefined {
  const { [usernameName]: username, [passwordName]: password } = parameters;
  if (password !== undefined) return { username, password };
  return username === undefined
    ? undefined
    : refuseUrl(`has the parameter ${usernameName} without ${passwordName}`);
}
