import type { Redis } from 'ioredis';
import { acquireDialer } from '../dialing/dialers.ts';
import { credentialsHolder, reauthenticate } from '../connection/reauthenticate.ts';
import { dialerKey, targetOf } from '../connection/target-of.ts';
import type { Engine } from './engine.ts';
import * as lifecycle from '../ioredis/lifecycle.ts';
import * as driver from '../ioredis/client.ts';
import { Members } from './members.ts';
import { RedisMember } from './redis-member.ts';

/** Protects a single client, and every duplicate that is ever made of it. */
export function attachRedis(client: Redis, engine: Engine): Members {
  const { settings, clock, random } = engine;
  const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs } = settings.connection;
  const pace = { clock, random, minPeriodMs, maxPeriodMs, handshakeTimeoutMs };
  const lease = acquireDialer(dialerKey(client), pace);
  const clients = new Set<Redis>();
  const credentials = credentialsHolder(settings);
  const members = new Members({
    wake: () => lifecycle.wake(client),
    async reauthenticate(given) {
      if (given !== undefined) credentials.source = given;
      await Promise.all([...clients].map((each) => reauthenticate(each, credentials, settings)));
    },
    release: () => lease.release(),
  });
  const protectOne = (one: Redis): void => {
    const target = targetOf(one, settings, credentials);
    const expectsPrimary =
      settings.connection.role === 'primary' && driver.optionsOf(one)['readOnly'] !== true;
    const member = new RedisMember(one, target, lease.dialer, expectsPrimary, engine);
    driver.markProtected(one);
    clients.add(one);
    members.add(member);
    lifecycle.interceptDuplicate(one, protectOne);
    one.on('end', () => {
      if (one !== client) clients.delete(one);
      members.remove(member);
    });
  };
  protectOne(client);
  return members;
}
