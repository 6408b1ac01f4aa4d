import { isIP } from 'node:net';
import type { TlsMaterial } from '../certificates.ts';
import type { RedisConfiguration } from './start-redis-options.ts';

/** The values in a server's redis.conf that the options of `startRedis` do not determine. */
export interface ConfContext {
  readonly folder: string;
  readonly port: number;
  readonly tls: TlsMaterial | undefined;
  readonly socketPath: string | undefined;
  /** The user for this package's own commands. */
  readonly control: { readonly name: string; readonly password: string };
}

/**
 * Returns the text of a redis.conf. A directive in `options.config` replaces the generated directive with the same
 * name.
 */
export function redisConf(options: RedisConfiguration, context: ConfContext): string {
  const own: Directive[] = [
    ...listening(options, context),
    ...persistence(options),
    ...access(options, context),
    ['dir', quote(context.folder)],
    ['daemonize', 'no'],
    ['databases', options.databases ?? 16],
    // By default, a primary waits for more replicas before it starts a sync, and pings its replicas only every 10 s.
    // Both would make tests slow.
    ['repl-diskless-sync-delay', 0],
    ['repl-ping-replica-period', 1],
  ];
  if (options.replicaOf) own.push(['replicaof', `${options.replicaOf.host} ${options.replicaOf.port}`]);
  if (options.cluster) own.push(['cluster-enabled', 'yes'], ['cluster-config-file', 'nodes.conf']);
  return render(own, options.config ?? {});
}

/** Returns the primary that the text of a redis.conf names; undefined if there is none. */
export function replicaOfIn(conf: string): RedisConfiguration['replicaOf'] {
  const [, host, port] = /^replicaof (\S+) (\d+)\s*$/m.exec(conf) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}

/** Quotes a value for redis.conf that may contain spaces or be empty. */
export function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}

/**
 * Returns the addresses to listen on. @throws RangeError if one is not loopback: this package never listens on the
 * network.
 */
export function loopbackAddresses(bind: readonly string[] = ['127.0.0.1']): readonly [string, ...string[]] {
  const [first, ...others] = bind;
  const stranger = bind.find(
    (address) => !(isIP(address) === 4 ? address.startsWith('127.') : address === '::1'),
  );
  if (first === undefined || stranger !== undefined) {
    throw new RangeError(
      `Cannot bind to ${stranger ?? 'nothing'}: give loopback addresses, 127.0.0.1 or ::1`,
    );
  }
  return [first, ...others];
}

type Directive = readonly [name: string, value: string | number];

function listening(options: RedisConfiguration, context: ConfContext): Directive[] {
  const directives: Directive[] = [['bind', loopbackAddresses(options.bind).join(' ')]];
  if (context.socketPath) directives.push(['unixsocket', quote(context.socketPath)]);
  if (!context.tls) return [...directives, ['port', context.port]];
  return [
    ...directives,
    ['port', 0],
    ['tls-port', context.port],
    ['tls-ca-cert-file', quote(context.tls.caFile)],
    ['tls-cert-file', quote(context.tls.certFile)],
    ['tls-key-file', quote(context.tls.keyFile)],
    ['tls-auth-clients', 'optional'],
    ['tls-replication', 'yes'],
    ...(options.cluster ? [['tls-cluster', 'yes'] as const] : []),
  ];
}

function persistence(options: RedisConfiguration): Directive[] {
  const keeps = options.appendonly === true || options.keep === true;
  return [
    ['save', '""'],
    ['appendonly', keeps ? 'yes' : 'no'],
    // With `everysec`, Redis delays writing to the file while an earlier fsync is running, so a kill can lose a write
    // that was acknowledged. With `no`, Redis passes each write to the kernel immediately, and the kernel keeps the
    // write when the process is killed.
    ['appendfsync', 'no'],
  ];
}

function access(options: RedisConfiguration, { control }: ConfContext): Directive[] {
  const directives: Directive[] = [];
  if (options.password) {
    directives.push(['requirepass', quote(options.password)], ['masterauth', quote(options.password)]);
  }
  for (const { name, password, rules = '~* &* +@all' } of options.users ?? []) {
    directives.push(['user', `${name} on ${quote(`>${password}`)} ${rules}`]);
  }
  const ownFile = options.config?.['aclfile'] !== undefined;
  if (!ownFile) directives.push(['user', `${control.name} on >${control.password} ~* &* +@all`]);
  return directives;
}

function render(own: readonly Directive[], config: NonNullable<RedisConfiguration['config']>): string {
  const replaced = new Set(Object.keys(config).filter((name) => name !== 'user'));
  const lines = own.filter(([name]) => !replaced.has(name)).map(([name, value]) => `${name} ${value}`);
  for (const [name, value] of Object.entries(config)) {
    const values = Array.isArray(value) ? (value as readonly string[]) : [value as string | number];
    for (const each of values) lines.push(`${name} ${each === '' ? '""' : each}`);
  }
  return `${lines.join('\n')}\n`;
}
