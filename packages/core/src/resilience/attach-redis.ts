import { markProtected, type Redis } from '../ioredis/clients.ts';
import { acquireDialer } from '../dialing/dialers.ts';
import { credentialsHolder, reauthenticate } from '../connection/reauthenticate.ts';
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
  const lease = acquireDialer(dialerKey(main), pace);
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
    release: () => lease.release(),
  });
  const protectOne = (one: Redis, driver: Driver): void => {
    const target = targetOf(driver, settings, credentials, sockets.open);
    const expectsPrimary = settings.connection.role === 'primary' && driver.options['readOnly'] !== true;
    const member = new ProtectedRedis(driver, target, lease.dialer, expectsPrimary, engine);
    markProtected(one);
    drivers.add(driver);
    members.add(member);
    interceptDuplicate(one, (duplicate) => protectOne(duplicate, new RedisDriver(duplicate)));
    driver.on('end', () => {
      if (driver !== main) drivers.delete(driver);
      members.remove(member);
    });
  };
  protectOne(client, main);
  return members;
}
