import { markProtected, type Redis } from '../ioredis/clients.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { acquireDialer, type DialerLease } from '../dialing/dialers.ts';
import { credentialsHolder, reauthenticate, type CredentialsHolder } from '../connection/reauthenticate.ts';
import { SocketBook } from '../handshake/socket-book.ts';
import { dialerKey, targetOf } from '../connection/target-of.ts';
import type { ClientParts } from '../connection/protected-client.ts';
import { interceptDuplicate } from '../ioredis/duplicates.ts';
import { RedisDriver } from '../ioredis/redis-driver.ts';
import type { Driver } from '../driver/driver.ts';
import { ProtectedClients } from './protected-clients.ts';
import { ProtectedRedis } from './protected-redis.ts';

/** Protects a single client, and every duplicate that is made of it later. */
export function attachRedis(client: Redis, parts: ClientParts): ProtectedClients {
  const { settings } = parts;
  const { clock, random, connection } = settings;
  const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs } = connection;
  const mainDriver = new RedisDriver(client);
  const pace = { clock, random, minPeriodMs, maxPeriodMs, handshakeTimeoutMs };
  const leases = new Map<string, DialerLease>();
  const dialerOf = (driver: Driver): Dialer => {
    const key = dialerKey(driver);
    const lease = leases.get(key) ?? acquireDialer(key, pace);
    leases.set(key, lease);
    return lease.dialer;
  };
  const drivers = new Set<Driver>();
  const credentials = credentialsHolder(settings);
  const sockets = new SocketBook(settings.clock);
  const guards = new WeakMap<Redis, ProtectedRedis>();
  const protectOne = (one: Redis, driver: Driver, login: CredentialsHolder): ProtectedRedis => {
    const target = targetOf(driver, settings, login, sockets.open);
    const expectsPrimary = connection.role === 'primary' && driver.options['readOnly'] !== true;
    const guarded = new ProtectedRedis(driver, target, dialerOf(driver), expectsPrimary, parts);
    markProtected(one);
    guards.set(one, guarded);
    if (login === credentials) drivers.add(driver);
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
    });
    // A duplicate that ended and is connected again belongs to the resilience as before.
    driver.on('connecting', () => {
      if (login === credentials) drivers.add(driver);
      clients.add(guarded);
    });
  };
  const clients = new ProtectedClients(protectOne(client, mainDriver, credentials), {
    wake: () => mainDriver.wake(),
    async reauthenticate(given) {
      if (given !== undefined) credentials.source = given;
      await Promise.all([...drivers].map((each) => reauthenticate(each, credentials, settings)));
    },
    spare() {
      const duplicate = client.duplicate({ lazyConnect: false });
      const database = Number(mainDriver.options['db'] ?? 0);
      return { client: duplicate, guarded: guards.get(duplicate) as ProtectedRedis, database };
    },
    closeSockets: () => sockets.close(),
    release: () => {
      for (const lease of leases.values()) lease.release();
    },
  });
  return clients;
}
