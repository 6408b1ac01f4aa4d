import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Driver } from '../driver/driver.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { Settings } from '../options/settings.ts';
import { driverCredentials, type CredentialsSource } from '../handshake/credentials.ts';
import type { Target } from '../handshake/establish.ts';
import type { Session } from '../handshake/session.ts';
import { endpointKey, tlsOf, type Endpoint, type OpenSocket } from '../handshake/open-socket.ts';
import type { SentinelOptions } from '../sentinel/sentinel-options.ts';
import type { Promotions } from '../sentinel/promotions.ts';
import { SentinelResolver } from '../sentinel/sentinel-resolver.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

/** Where and how to connect, with the resolver that asks the sentinels, if there are any. */
export type ResolvedTarget = Target & { readonly resolver: SentinelResolver | undefined };

/** The part of a driver that determines where it connects. */
export type Destination = Pick<Driver, 'options' | 'database' | 'speaksResp3'>;

/** Returns a target that reads the client's own options at each connection attempt. */
export function targetOf(
  driver: Destination,
  settings: Settings,
  credentials: CredentialsBox,
  open: OpenSocket,
  promotions?: Promotions,
): ResolvedTarget {
  return new OwnTarget(driver, settings, credentials, open, promotions);
}

interface CredentialsBox {
  readonly source: CredentialsSource;
}

// The fields are not `#private`, because `targetWith` derives other targets from this one with `Object.create`, and
// private fields cannot be read through an object that was made in that way.
class OwnTarget implements ResolvedTarget {
  readonly open: OpenSocket;
  readonly resolver: SentinelResolver | undefined;
  protected readonly driver: Destination;
  protected readonly settings: Settings;
  protected readonly given: CredentialsBox;

  constructor(
    driver: Destination,
    settings: Settings,
    given: CredentialsBox,
    open: OpenSocket,
    promotions: Promotions | undefined,
  ) {
    const { clock, random } = settings;
    this.open = open;
    this.driver = driver;
    this.settings = settings;
    this.given = given;
    this.resolver = this.asksSentinels
      ? new SentinelResolver(
          () => driver.options as unknown as SentinelOptions,
          open,
          clock,
          random,
          promotions,
        )
      : undefined;
  }

  get credentials(): CredentialsSource {
    return this.given.source ?? ownCredentials(this.driver.options);
  }

  get credentialsTimeoutMs(): number {
    return this.settings.connection.credentialsTimeoutMs;
  }

  get keepAliveMs(): number {
    return this.settings.connection.keepAliveMs;
  }

  get requiresPrimary(): boolean {
    const isPrimaryWanted = this.driver.options['role'] !== 'slave';
    return this.asksSentinels && isPrimaryWanted && this.settings.connection.role === 'primary';
  }

  endpoint(signal: CancelSignal): Promise<Endpoint> {
    return this.resolver?.resolve(signal) ?? Promise.resolve(ownEndpoint(this.driver.options));
  }

  wantsHello(): boolean {
    return this.driver.speaksResp3();
  }

  session(): Session {
    const { options, database } = this.driver;
    return {
      database,
      clientName: (options['connectionName'] as string | null | undefined) || undefined,
      readOnly: options['readOnly'] === true,
    };
  }

  get asksSentinels(): boolean {
    return Array.isArray(this.driver.options['sentinels']);
  }
}

/** Returns the key under which connections share a dialer: the configured endpoint, without credentials. */
export function dialerKey(driver: Pick<Destination, 'options'>): string {
  const { options } = driver;
  const { sentinels } = options as { sentinels?: readonly { host?: string; port?: number }[] };
  if (sentinels === undefined || sentinels === null) return endpointKey(ownEndpoint(options));
  const addresses = sentinels.map(({ host, port }) => `${host ?? 'localhost'}:${port ?? 26_379}`);
  const role = options['role'] === 'slave' ? 'replicas' : 'primary';
  return `sentinel:${role}:${String(options['name'])}@${addresses.toSorted().join(',')}`;
}

/**
 * Returns the endpoint from the client's own options. Like ioredis, lets the option `tls` replace the address, for
 * example by that of a tunnel.
 */
export function ownEndpoint(options: Readonly<Record<string, unknown>>): Endpoint {
  const tls = tlsOf(options['tls'] as TlsOptions | boolean | null | undefined);
  const port = valueOf('port', options, tls);
  return {
    host: valueOf('host', options, tls),
    port: port === undefined ? undefined : Number(port),
    path: valueOf('path', options, tls) || undefined,
    family: valueOf('family', options, tls),
    tls,
  };
}

interface Place {
  host?: string;
  port?: number | string;
  path?: string | null;
  family?: number;
}

function valueOf<Name extends keyof Place>(
  name: Name,
  options: Place,
  tls: object | undefined,
): Place[Name] | undefined {
  const replacing = tls !== undefined && Object.hasOwn(tls, name) ? (tls as Place)[name] : undefined;
  if (replacing !== undefined) return replacing;
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

/** Returns the credentials from the client's own options; undefined if there are none. */
export function ownCredentials(options: Readonly<Record<string, unknown>>): Credentials | undefined {
  const { username, password } = options as Partial<Record<'username' | 'password', string | number | null>>;
  return driverCredentials(username, password);
}
