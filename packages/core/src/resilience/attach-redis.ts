import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import { NodeCircuits } from '../cluster/node-circuits.ts';
import { markProtected, type Redis } from '../ioredis/clients.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { acquireDialer, type DialerLease } from '../dialing/dialers.ts';
import { credentialsHolder, reauthenticate, type CredentialsHolder } from '../connection/reauthenticate.ts';
import { SocketBook } from '../handshake/socket-book.ts';
import { dialerKey, ownCredentials, targetOf, type Destination } from '../connection/target-of.ts';
import type { ClientParts } from '../connection/protected-client.ts';
import { onePlace } from '../lease/places.ts';
import { databaseRoutes } from '../routes/database-routes.ts';
import { DatabaseSwitch } from '../databases/database-switch.ts';
import type { Database } from '../routes/database.ts';
import type { Route } from '../routes/route.ts';
import { CurrentTarget } from '../routes/current-target.ts';
import { interceptDuplicate } from '../ioredis/duplicates.ts';
import { RedisDriver } from '../ioredis/redis-driver.ts';
import type { Driver } from '../driver/driver.ts';
import { ProtectedClients } from './protected-clients.ts';
import { ProtectedRedis } from './protected-redis.ts';

/**
 * Protects a client for a single server, and every duplicate that is created later. If there are several `databases`,
 * the client was created for the preferred one.
 */
export function attachRedis(
  client: Redis,
  parts: ClientParts,
  databases: readonly Database[] = [],
): ProtectedClients {
  const { settings } = parts;
  const { clock, random, connection } = settings;
  const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs } = connection;
  const mainDriver = new RedisDriver(client);
  const pace = { clock, random, minPeriodMs, maxPeriodMs, handshakeTimeoutMs };
  const leases = new Map<string, DialerLease>();
  const dialerOf = (destination: Pick<Destination, 'options'>): Dialer => {
    const key = dialerKey(destination);
    const lease = leases.get(key) ?? acquireDialer(key, pace);
    leases.set(key, lease);
    return lease.dialer;
  };
  const drivers = new Set<Driver>();
  const credentials = credentialsHolder(settings);
  const sockets = new SocketBook(settings.clock);
  const guards = new WeakMap<Redis, ProtectedRedis>();
  const routeOf = (destination: Destination, login: CredentialsHolder, database?: Database): Route => ({
    database: database?.name,
    destination,
    target: targetOf(destination, settings, login, sockets.open),
    dialer: dialerOf(destination),
    expectsPrimary:
      connection.role === 'primary' && destination.options['readOnly'] !== true && !database?.isReadOnly,
    isReadOnly: database?.isReadOnly === true,
  });
  const logins = new Map(
    databases.map(({ name, options }) => [name, { source: ownCredentials(options) ?? credentials.source }]),
  );
  const loginTo = (name: string | undefined): CredentialsHolder => logins.get(name ?? '') ?? credentials;
  const routesOf = (driver: Driver): ((name?: string) => Route) =>
    databaseRoutes(
      driver,
      databases,
      () => group?.inUse.name ?? '',
      (destination, database) => routeOf(destination, loginTo(database.name), database),
    );
  const group = databases.length === 0 ? undefined : makeSwitch(routesOf(mainDriver));
  function makeSwitch(routeTo: (name?: string) => Route): DatabaseSwitch {
    const options = {
      settings,
      databases,
      circuits: parts.gateParts.circuits,
      targetOf: ({ name, isReadOnly }: Database) =>
        new CurrentTarget(() => routeTo(name).target, connection.role === 'primary' && !isReadOnly),
      periodMsOf: ({ name }: Database) => routeTo(name).dialer.periodMs,
    };
    return new DatabaseSwitch(options, parts.tell);
  }
  // A slow or failing server says nothing about other servers, so a client for another server has its own circuits.
  const circuitsOf = (driver: Driver): LaneCircuits => {
    const ask = (_address: string, command: string, args: readonly string[]): Promise<unknown> =>
      driver.ask(command, args);
    const circuits = new NodeCircuits(settings, ask, () => parts.tell({ kind: 'changed' }));
    driver.on('end', () => circuits.stop());
    return circuits.of('');
  };
  const protectOne = (one: Redis, driver: Driver, login: CredentialsHolder): ProtectedRedis => {
    const follows = group !== undefined && login === credentials;
    const isElsewhere = !follows && dialerKey(driver) !== dialerKey(mainDriver);
    const ownCircuits = isElsewhere ? circuitsOf(driver) : undefined;
    const guarded: ProtectedRedis = new ProtectedRedis(
      driver,
      follows ? routesOf(driver) : () => routeOf(driver, login),
      { ...parts, ownCircuits },
    );
    markProtected(one);
    guards.set(one, guarded);
    if (login === credentials) drivers.add(driver);
    if (follows) group.add(guarded);
    interceptDuplicate(one, (duplicate, isOwn) =>
      protectDuplicate(duplicate, new RedisDriver(duplicate), isOwn ? { source: undefined } : login),
    );
    return guarded;
  };
  const protectDuplicate = (duplicate: Redis, driver: Driver, login: CredentialsHolder): void => {
    const guarded = protectOne(duplicate, driver, login);
    clients.add(guarded);
    driver.on('end', () => {
      drivers.delete(driver);
      clients.remove(guarded);
      group?.remove(guarded);
    });
    // If a duplicate was closed and is now connected again, it belongs to the resilience again.
    driver.on('connecting', () => {
      if (login === credentials) {
        drivers.add(driver);
        group?.add(guarded);
      }
      clients.add(guarded);
    });
  };
  const main = protectOne(client, mainDriver, credentials);
  mainDriver.on('connecting', () => clients.add(main));
  const clients = new ProtectedClients(main, {
    databases: group,
    wake: () => mainDriver.wake(),
    async reauthenticate(given) {
      const login = loginTo(group?.inUse.name);
      if (given !== undefined) login.source = given;
      await Promise.all([...drivers].map((each) => reauthenticate(each, login, settings)));
    },
    places: () =>
      onePlace(main, () => {
        const duplicate = client.duplicate({ lazyConnect: false });
        const database = (): number => Number((group?.inUse.options ?? mainDriver.options)['db'] ?? 0);
        return { client: duplicate, guarded: guards.get(duplicate) as ProtectedRedis, database };
      }),
    closeSockets: () => sockets.close(),
    release: () => {
      for (const lease of leases.values()) lease.release();
    },
  });
  return clients;
}
