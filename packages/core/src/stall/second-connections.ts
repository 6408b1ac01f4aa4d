import type { Clock } from '../clock.ts';
import type { Dialer } from '../dialing/dialer.ts';
import type { CredentialsSource } from '../handshake/credentials.ts';
import type { Target } from '../handshake/establish.ts';
import { SecondConnection } from './second-connection.ts';

/** For the dialer of each endpoint, the second connections that this process has made to the endpoint. */
const known = new WeakMap<Dialer, SecondConnection[]>();

/**
 * Returns the connection over which the target's server is asked about silent connections. Clients of a
 * `RedisResilience` share this second connection if they have the same endpoint and login. The login matters because a
 * server may serve one user and refuse another.
 */
export function secondConnectionTo(target: Target, dialer: Dialer, clock: Clock): SecondConnection {
  const inUse = (known.get(dialer) ?? []).filter(({ isInUse }) => isInUse);
  const shared = inUse.find((each) => isShared(each.target, target));
  if (shared !== undefined) return shared;
  const second = new SecondConnection(target, dialer, clock);
  known.set(dialer, [...inUse, second]);
  return second;
}

// Only targets of the same `RedisResilience` share a connection, because each `RedisResilience` closes the sockets that
// it has opened. Such targets have the same function `open`.
function isShared(one: Target, other: Target): boolean {
  return (
    one.open === other.open &&
    one.requiresPrimary === other.requiresPrimary &&
    isSameLogin(one.credentials, other.credentials)
  );
}

function isSameLogin(one: CredentialsSource, other: CredentialsSource): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  return one.username === other.username && one.password === other.password;
}
