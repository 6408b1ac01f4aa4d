import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const packages = join(import.meta.dirname, '..', '..', 'packages');

/** One table of options in the README of a package. */
export interface OptionsTable {
  readonly package: string;
  /** The interfaces of its rows, and what stands before the names of their options. */
  readonly interfaces: readonly {
    readonly name: string;
    readonly file: string;
    readonly prefix?: string;
  }[];
  /** Found in the README between `<!-- options -->`, or `<!-- options: name -->`, and `<!-- /options -->`. */
  readonly name?: string;
}

/** Every table of options that a README shows. */
export const optionsTables: readonly OptionsTable[] = [
  {
    package: 'core',
    interfaces: [
      { name: 'ResilienceOptions', file: 'options/options.ts' },
      { name: 'AdmissionOptions', file: 'options/options.ts', prefix: 'admission.' },
      { name: 'CircuitOptions', file: 'options/options.ts', prefix: 'circuit.' },
      { name: 'RetryOptions', file: 'options/options.ts', prefix: 'retry.' },
      { name: 'ConnectionOptions', file: 'options/options.ts', prefix: 'connection.' },
      { name: 'FailoverOptions', file: 'options/options.ts', prefix: 'failover.' },
      { name: 'FailbackOptions', file: 'options/options.ts', prefix: 'failback.' },
    ],
  },
  ...[
    ['createCache', 'CacheOptions', 'cache/cache-options.ts'],
    ['lookup', 'LookupOptions', 'cache/cache.ts'],
    ['createOutbox', 'OutboxOptions', 'outbox/outbox-options.ts'],
    ['add', 'AddOptions', 'outbox/outbox.ts'],
    ['sessions', 'SessionOptions', 'sessions/session-options.ts'],
    ['koaSessionStore', 'KoaSessionOptions', 'sessions/koa-session-store.ts'],
    ['createJobAdder', 'JobAdderOptions', 'queues/kept-adder.ts'],
    ['jobResult', 'JobResultOptions', 'queues/job-result.ts'],
    ['warmUp', 'WarmUpOptions', 'queues/connections.ts'],
    ['resilientRateLimitStore', 'RateLimitStoreOptions', 'limits/rate-limit-store.ts'],
    ['throttlerStorage', 'ThrottlerStorageOptions', 'limits/throttler-storage.ts'],
    ['resilientLimiter', 'ResilientLimiterOptions', 'limits/flexible-limiter.ts'],
    ['resilientKoaLimiter', 'KoaLimiterOptions', 'limits/koa-limiter.ts'],
    ['createLocks', 'LockOptions', 'locks/create-locks.ts'],
    ['acquire', 'AcquireOptions', 'locks/create-locks.ts'],
    ['createKeyvStore', 'KeyvStoreOptions', 'keyv/keyv-store.ts'],
    ['RedisCacheInterceptor', 'RedisCacheInterceptorOptions', 'nestjs/redis-cache.interceptor.ts'],
  ].map(([table = '', name = '', file = '']) => ({
    package: 'fallback',
    interfaces: [{ name, file }],
    name: table,
  })),
];

/** The README of a package. */
export function readmeOf(name: string): string {
  return join(packages, name, 'README.md');
}

const member = /\/\*\*\s*((?:(?!\*\/)[^])*?)\s*\*\/\s*((?:readonly \w+\?:[^;]+;\s*)+)/g;

/** The rows of a table, as the source describes its options: the names in Markdown, and the meaning. */
export function rowsOf(table: OptionsTable): readonly { readonly names: string; readonly meaning: string }[] {
  return table.interfaces.flatMap(({ name, file, prefix = '' }) => {
    const source = readFileSync(join(packages, table.package, 'src', file), 'utf8');
    const body = new RegExp(`interface ${name}\\b[^{]*\\{([^]*?)\\n\\}`).exec(source)?.[1];
    if (body === undefined) throw new Error(`${file} has no interface ${name}`);
    return Array.from(body.matchAll(member), ([, doc = '', declarations = '']) => ({
      names: Array.from(
        declarations.matchAll(/readonly (\w+)\?: (?!\w+Options;)/g),
        ([, option]) => `\`${prefix}${option}\``,
      ).join(', '),
      meaning: doc
        .replace(/^\*\s*/, '')
        .replace(/\s*\n\s*\*\s*/g, ' ')
        .replaceAll('|', '\\|'),
    }));
  });
}

/** The table in Markdown. */
export async function renderTable(table: OptionsTable): Promise<string> {
  const rows = rowsOf(table).map(({ names, meaning }) => `| ${names} | ${meaning} |`);
  const text = ['| option | meaning |', '| --- | --- |', ...rows].join('\n');
  return format(text, { ...(await resolveConfig(readmeOf(table.package))), parser: 'markdown' });
}
