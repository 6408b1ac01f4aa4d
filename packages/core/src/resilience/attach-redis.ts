import { markProtected, type Redis } from '../ioredis/clients.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { acquireDialer, type DialerLease } from '../dialing/dialers.ts';
import { credentialsHolder, reauthenticate, type CredentialsHolder } from '../connection/reauthenticate.ts';
import { SocketBook } from '../handshake/socket-book.ts';
import { dialerKey, targetOf } from '../connection/target-of.ts';
import type { Engine } from './engine.ts';
import { interceptDuplicate } from '../ioredis/duplicates.ts';
import { RedisDriver } from '../ioredis/redis-driver.ts';
import type { Driver } from '../driver/driver.ts';
import { ProtectedClients } from './protected-clients.ts';
import { ProtectedRedis } from './protected-redis.ts';

/** Protects a single client, and every duplicate that is ever made of it. */
export function attachRedis(client: Redis, engine: Engine): ProtectedClients {
  const { settings, clock, random } = engine;
  const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs } = settings.connection;
  const pace = { clock, random, minPeriodMs, maxPeriodMs, handshakeTimeoutMs };
  const main = new RedisDriver(client);
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
  const members = new ProtectedClients({
    wake: () => main.wake(),
    async reauthenticate(given) {
      if (given !== undefined) credentials.source = given;
      await Promise.all([...drivers].map((each) => reauthenticate(each, credentials, settings)));
    },
    closeSockets: () => sockets.close(),
    release: () => {
      for (const lease of leases.values()) lease.release();
    },
  });
  const protectOne = (one: Redis, driver: Driver, login: CredentialsHolder): void => {
    const target = targetOf(driver, settings, login, sockets.open);
    const expectsPrimary = settings.connection.role === 'primary' && driver.options['readOnly'] !== true;
    const member = new ProtectedRedis(driver, target, dialerOf(driver), expectsPrimary, engine);
    markProtected(one);
    const join = (): void => {
      if (login === credentials) drivers.add(driver);
      members.add(member);
    };
    join();
    interceptDuplicate(one, (duplicate, isOwn) =>
      protectOne(duplicate, new RedisDriver(duplicate), isOwn ? { source: undefined } : login),
    );
    // One that ended and is connected again belongs to the resilience as before.
    driver.on('connecting', join);
    driver.on('end', () => {
      if (driver !== main) drivers.delete(driver);
      members.remove(member);
    });
  };
  protectOne(client, main, credentials);
  return members;
}
