import type { ServerInfo } from './verify-handshake.ts';

/**
 * Returns the product and version of a server, such as `Redis 7.4.1` or `Valkey 8.0.2`, from its fields of INFO.
 * Undefined if the version fields of INFO do not look like versions: they may come from a peer that is not a Redis
 * server.
 */
export function productOf(
  info: Pick<ServerInfo, 'redis_version' | 'valkey_version'>,
): `${'Redis' | 'Valkey'} ${string}` | undefined {
  const { valkey_version: valkey, redis_version: redis } = info;
  if (isVersion(valkey)) return `Valkey ${valkey}`;
  return isVersion(redis) ? `Redis ${redis}` : undefined;
}

function isVersion(text: string | undefined): text is string {
  return text !== undefined && /^\d[\w.-]{0,30}$/.test(text);
}
