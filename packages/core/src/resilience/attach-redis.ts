import { markProtected, type Redis } from '../ioredis/clients.ts';
import { acquireDialer } from '../dialing/dialers.ts';
import { credentialsHolder, reauthenticate } from '../connection/reauthenticate.ts';
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
  const lease = acquireDialer(dialerKey(mainDriver), pace);
  const drivers = new Set<Driver>();
  const credentials = credentialsHolder(settings);
  const sockets = new SocketBook(settings.clock);
  const protectOne = (one: Redis, driver: Driver): ProtectedRedis => {
    const target = targetOf(driver, settings, credentials, sockets.open);
    const expectsPrimary = connection.role === 'primary' && driver.options['readOnly'] !== true;
    const guarded = new ProtectedRedis(driver, target, lease.dialer, expectsPrimary, parts);
    markProtected(one);
    drivers.add(driver);
    interceptDuplicate(one, (duplicate) => protectDuplicate(duplicate, new RedisDriver(duplicate)));
    return guarded;
  };
  const protectDuplicate = (duplicate: Redis, driver: Driver): void => {
    const guarded = protectOne(duplicate, driver);
    clients.add(guarded);
    driver.on('end', () => {
      drivers.delete(driver);
      clients.remove(guarded);
    });
  };
  const clients = new ProtectedClients(protectOne(client, mainDriver), {
    wake: () => mainDriver.wake(),
    async reauthenticate(given) {
      if (given !== undefined) credentials.source = given;
      await Promise.all([...drivers].map((each) => reauthenticate(each, credentials, settings)));
    },
    closeSockets: () => sockets.close(),
    release: () => lease.release(),
  });
  return clients;
}
