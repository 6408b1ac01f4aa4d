import type { Credentials } from '../../../packages/core/src/redis-resilience.ts';
import type { SubscriptionKind, Subscriptions } from '../../../packages/core/src/driver/subscriptions.ts';

/**
 * The state of a connection that a driver sets with commands such as SELECT and AUTH; a new connection starts
 * without it.
 */
export interface DriverSession {
  database: number;
  credentials: Credentials | undefined;
  protocol: 2 | 3;
  readonly subscriptions: Readonly<Record<SubscriptionKind, Set<string>>>;
}

/** Returns the session that the options of a client ask for. */
export function sessionOf(options: Readonly<Record<string, unknown>>): DriverSession {
  const { db, username, password, protocol } = options as {
    db?: number;
    username?: string;
    password?: string;
    protocol?: number;
  };
  return {
    database: db ?? 0,
    credentials: password === undefined ? undefined : { username, password },
    protocol: protocol === 3 ? 3 : 2,
    subscriptions: { subscribe: new Set(), psubscribe: new Set(), ssubscribe: new Set() },
  };
}

export function subscriptionsOf({ subscriptions }: DriverSession): Subscriptions {
  return {
    subscribe: [...subscriptions.subscribe],
    psubscribe: [...subscriptions.psubscribe],
    ssubscribe: [...subscriptions.ssubscribe],
  };
}

/** The commands that a driver sends when it opens a connection. */
export function handshakeOf(session: DriverSession): readonly (readonly [string, ...string[]])[] {
  const { credentials, protocol, database } = session;
  const commands: (readonly [string, ...string[]])[] = [];
  const { username = 'default', password = '' } = credentials ?? {};
  if (protocol === 3) {
    commands.push(['hello', '3', ...(credentials === undefined ? [] : ['AUTH', username, password])]);
  } else if (credentials !== undefined) {
    commands.push(credentials.username === undefined ? ['auth', password] : ['auth', username, password]);
  }
  if (database > 0) commands.push(['select', String(database)]);
  commands.push(['client', 'SETINFO', 'LIB-VER', '1'], ['client', 'SETINFO', 'LIB-NAME', 'fake']);
  return commands;
}
