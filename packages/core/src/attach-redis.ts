import type { Redis } from 'ioredis';
import { resolveCredentials, type CredentialsSource } from './connection/credentials.ts';
import { dialerKey, targetOf } from './connection/target-of.ts';
import { acquireDialer } from './connection/dialers.ts';
import type { Engine } from './engine.ts';
import * as driver from './ioredis.ts';
import { Members } from './members.ts';
import { RedisMember } from './member.ts';
import type { Settings } from './settings.ts';

/** The credentials in force: those of the options until new ones are told. */
export interface CredentialsHolder {
  source: CredentialsSource;
}

/** Protects a single client, and every duplicate that is ever made of it. */
export function attachRedis(client: Redis, engine: Engine): Members {
  const { settings, clock, random } = engine;
  const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs } = settings.connection;
  const { dialer, release } = acquireDialer(dialerKey(client), {
    clock,
    random,
    minPeriodMs,
    maxPeriodMs,
    handshakeTimeoutMs,
  });
  const clients = new Set<Redis>();
  const credentials = { source: settings.connection.credentials };
  const members = new Members({
    client,
    wake() {
      if (driver.statusOf(client) === 'wait') client.connect().catch(ignore);
    },
    async reauthenticate(given) {
      if (given !== undefined) credentials.source = given;
      await Promise.all([...clients].map((each) => reauthenticate(each, credentials, settings)));
    },
    release,
  });
  const protectOne = (one: Redis): void => {
    const target = targetOf(one, settings, credentials);
    const expectsPrimary =
      settings.connection.role === 'primary' && driver.optionsOf(one)['readOnly'] !== true;
    const member = new RedisMember(one, target, dialer, expectsPrimary, engine);
    clients.add(one);
    members.add(member);
    driver.interceptDuplicate(one, (duplicate) => protectOne(duplicate as Redis));
    one.on('end', () => {
      clients.delete(one);
      members.remove(member);
    });
  };
  protectOne(client);
  return members;
}

async function reauthenticate(
  client: Redis,
  credentials: CredentialsHolder,
  settings: Settings,
): Promise<void> {
  const given = await resolveCredentials(
    credentials.source,
    settings.connection.credentialsTimeoutMs,
    settings.clock,
  );
  if (given === undefined) return;
  driver.setCredentials(client, given.username, given.password);
  if (driver.statusOf(client) !== 'ready') return;
  if (given.username === undefined) await client.auth(given.password);
  else await client.auth(given.username, given.password);
}

function ignore(): void {
  // The failed attempt is reported by the connection.
}
