import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import { NodeCircuits } from '../cluster/nodes/node-circuits.ts';
import { markProtected, type Redis } from '../ioredis/clients.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { acquireDialer, type DialerLease } from '../dialing/dialers.ts';
import { credentialsHolder, reauthenticate, type CredentialsHolder } from '../connection/reauthenticate.ts';
import type { GateParts } from '../command/line.ts';
import { SocketBook } from '../handshake/socket-book.ts';
import { dialerKey, ownCredentials, targetOf, type Destination } from '../connection/target-of.ts';
import type { ClientParts } from '../connection/protected-client.ts';
import { onePlace, type LeasePlaces } from '../lease/places.ts';
import { databaseRoutes, routeOf } from '../routes/database-routes.ts';
import { DatabaseSwitch } from '../databases/database-switch.ts';
import type { Database } from '../routes/database.ts';
import type { Route } from '../routes/route.ts';
import { CurrentTarget } from '../routes/current-target.ts';
import { interceptDuplicate } from '../ioredis/methods/duplicates.ts';
import { RedisDriver } from '../ioredis/redis-driver.ts';
import type { Driver } from '../driver/driver.ts';
import type { Credentials } from '../redis-resilience.ts';
import { Promotions } from '../sentinel/promotions.ts';
import { partsElsewhere, unsharedParts } from './gate-parts.ts';
import { ProtectedClients, type ClientsControl } from './protected-clients.ts';
import { ProtectedRedis } from './protected-redis.ts';

/**
 * Protects a client for a single server, and every duplicate that is created later. If there are several `databases`,
 * the client was created for the preferred one.
 */
export function attachRedis(
  client: Redis,
  parts: ClientParts,
  databases: readonly Database[] = none,
): ProtectedClients {
  return new RedisClients(client, parts, databases).clients;
}

const none: readonly never[] = [];

/** A leased connection while its client is being created. */
interface LeasedConnection {
  /** The protected client of the connection, once it exists. */
  guarded: ProtectedRedis | undefined;
  /** Whether a caller is waiting for this very connection. */
  readonly isAwaited: () => boolean;
}

class RedisClients implements ClientsControl {
  readonly clients: ProtectedClients;
  readonly databases: DatabaseSwitch | undefined;
  readonly #client: Redis;
  readonly #driver: Driver;
  readonly #parts: ClientParts;
  readonly #several: readonly Database[];
  readonly #closed = new AbortController();
  readonly #credentials: CredentialsHolder;
  readonly #logins: ReadonlyMap<string, CredentialsHolder> | undefined;
  readonly #sockets: SocketBook;
  /** The parts that the gates of all duplicates share; undefined until the first duplicate is made. */
  #unshared: GateParts | undefined;
  #dialers: readonly DialerLease[] = none;
  /** For each group of sentinels, the promotions of replicas that the clients have seen. */
  #promotions: Map<string, Promotions> | undefined;
  /** The drivers that log in with the credentials of the `RedisResilience`. */
  #drivers: readonly Driver[] = none;
  #leased: LeasedConnection | undefined;

  constructor(client: Redis, parts: ClientParts, databases: readonly Database[]) {
    const { settings } = parts;
    this.#client = client;
    this.#driver = new RedisDriver(client);
    this.#parts = parts;
    this.#several = databases;
    this.#credentials = credentialsHolder(settings, this.#closed);
    this.#sockets = new SocketBook(settings.clock);
    if (databases.length > 0) {
      const { source } = this.#credentials;
      this.#logins = new Map(
        databases.map(({ name, options }) => [name, { source: ownCredentials(options) ?? source }]),
      );
      this.databases = this.#makeSwitch();
    }
    const main = this.#protect(client, this.#driver, this.#credentials, parts.gateParts);
    this.clients = new ProtectedClients(main, this);
    this.#driver.on('connecting', () => this.clients.add(main));
  }

  wake(): void {
    this.#driver.wake();
  }

  async reauthenticate(given: Credentials | undefined): Promise<void> {
    const login = this.#loginTo(this.databases?.inUse.name);
    if (given !== undefined) login.source = given;
    await Promise.all(this.#drivers.map((each) => reauthenticate(each, login, this.#parts.settings)));
  }

  places(): LeasePlaces {
    const database = (): number => Number((this.databases?.inUse.options ?? this.#driver.options)['db'] ?? 0);
    return onePlace(this.clients.main, (isAwaited) => {
      const leased: LeasedConnection = { guarded: undefined, isAwaited };
      this.#leased = leased;
      const client = this.#client.duplicate({ lazyConnect: false });
      this.#leased = undefined;
      return { client, guarded: leased.guarded as ProtectedRedis, database };
    });
  }

  closeSockets(): Promise<void> {
    return this.#sockets.close();
  }

  release(): void {
    this.#closed.abort();
    for (const lease of this.#dialers) lease.release();
  }

  #protect(
    client: Redis,
    driver: Driver,
    login: CredentialsHolder,
    gateParts: GateParts,
    isAwaited?: () => boolean,
  ): ProtectedRedis {
    const isLeased = isAwaited !== undefined;
    const follows = this.databases !== undefined && login === this.#credentials;
    const isElsewhere = !follows && driver !== this.#driver && dialerKey(driver) !== dialerKey(this.#driver);
    const ownCircuits = isElsewhere ? this.#circuitsOf(driver) : undefined;
    const { settings, flushes, tell } = this.#parts;
    const own = isElsewhere ? partsElsewhere(gateParts) : gateParts;
    const isMain = gateParts === this.#parts.gateParts;
    const guarded: ProtectedRedis = new ProtectedRedis(
      driver,
      follows ? this.#routesOf(driver, isLeased) : () => this.#routeTo(driver, login, isLeased),
      isMain ? this.#parts : { settings, flushes, gateParts: own, tell, ownCircuits, isAwaited },
    );
    markProtected(client);
    if (login === this.#credentials) this.#drivers = this.#drivers.concat(driver);
    if (follows) this.databases?.add(guarded);
    interceptDuplicate(client, (duplicate, isOwn) =>
      this.#protectDuplicate(duplicate, isOwn ? { source: undefined } : login),
    );
    return guarded;
  }

  #protectDuplicate(duplicate: Redis, login: CredentialsHolder): void {
    const driver = new RedisDriver(duplicate);
    this.#unshared ??= unsharedParts(this.#parts.gateParts);
    const leased = this.#leased;
    const guarded = this.#protect(duplicate, driver, login, this.#unshared, leased?.isAwaited);
    if (leased !== undefined) leased.guarded = guarded;
    this.clients.add(guarded);
    driver.on('end', () => {
      this.#drivers = this.#drivers.filter((each) => each !== driver);
      this.clients.remove(guarded);
      this.databases?.remove(guarded);
    });
    // A duplicate is removed when it is closed, so it is added again if the application reconnects it.
    driver.on('connecting', () => {
      if (login === this.#credentials) {
        if (!this.#drivers.includes(driver)) this.#drivers = this.#drivers.concat(driver);
        this.databases?.add(guarded);
      }
      this.clients.add(guarded);
    });
  }

  // A slow or failing server says nothing about other servers, so a client for another server has its own circuits.
  #circuitsOf(driver: Driver): LaneCircuits {
    const { settings, tell } = this.#parts;
    const ask = (_address: string, command: string, args: readonly string[]): Promise<unknown> =>
      driver.ask(command, args);
    const circuits = new NodeCircuits(settings, ask, () => tell({ kind: 'changed' }));
    driver.on('end', () => circuits.stop());
    return circuits.of('');
  }

  #makeSwitch(): DatabaseSwitch {
    const { settings, gateParts, tell } = this.#parts;
    const routeTo = this.#routesOf(this.#driver);
    const options = {
      settings,
      databases: this.#several,
      circuits: gateParts.circuits,
      targetOf: ({ name, isReadOnly }: Database) =>
        new CurrentTarget(routeOf(routeTo, name), settings.connection.role === 'primary' && !isReadOnly),
      periodMsOf: ({ name }: Database) => routeTo(name).dialer.periodMs,
    };
    return new DatabaseSwitch(options, tell);
  }

  #routesOf(driver: Driver, isLeased = false): (name?: string) => Route {
    return databaseRoutes(
      driver,
      this.#several,
      () => this.databases?.inUse.name ?? '',
      (destination, database) => this.#routeTo(destination, this.#loginTo(database.name), isLeased, database),
    );
  }

  #routeTo(
    destination: Destination,
    login: CredentialsHolder,
    isLeased: boolean,
    database?: Database,
  ): Route {
    const { settings } = this.#parts;
    const isReadOnly = database?.isReadOnly === true;
    return {
      database: database?.name,
      destination,
      target: targetOf(destination, settings, login, this.#sockets.open, this.#promotionsOf(destination)),
      dialer: this.#dialerOf(destination),
      expectsPrimary:
        settings.connection.role === 'primary' && destination.options['readOnly'] !== true && !isReadOnly,
      isReadOnly,
      isLeased,
    };
  }

  #promotionsOf(destination: Pick<Destination, 'options'>): Promotions | undefined {
    if (!Array.isArray(destination.options['sentinels'])) return undefined;
    this.#promotions ??= new Map();
    const key = dialerKey(destination);
    const promotions = this.#promotions.get(key) ?? new Promotions();
    this.#promotions.set(key, promotions);
    return promotions;
  }

  #dialerOf(destination: Pick<Destination, 'options'>): Dialer {
    const key = dialerKey(destination);
    const known = this.#dialers.find((lease) => lease.key === key);
    if (known !== undefined) return known.dialer;
    const { clock, random, connection } = this.#parts.settings;
    const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs } = connection;
    const lease = acquireDialer(key, { clock, random, minPeriodMs, maxPeriodMs, handshakeTimeoutMs });
    this.#dialers = this.#dialers.concat(lease);
    return lease.dialer;
  }

  #loginTo(name: string | undefined): CredentialsHolder {
    return this.#logins?.get(name ?? '') ?? this.#credentials;
  }
}
