import { compileFunction } from 'node:vm';
import { createRedisResilience, type RedisResilience, type ResilienceOptions } from '@redis-resilience/core';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { printedSnippets } from './snippets.ts';
import { startTokenService, type TokenService } from './token-service.ts';

/** A credentials provider printed in the documentation, with the values that its code imports or leaves undefined. */
interface PrintedProvider {
  readonly name: string;
  readonly user: string;
  /** How long a connection may live with one token. */
  readonly lifeMs: number;
  readonly tokenOf: (query: string, serial: number) => string;
  readonly given: (service: TokenService) => Readonly<Record<string, unknown>>;
}

const providers: readonly PrintedProvider[] = [
  {
    name: 'guides-credentials-3',
    user: 'app',
    lifeMs: 3_600_000,
    tokenOf: (_query, serial) => `token-${serial}`,
    given: (service) => ({ askCloud: () => service.ask('') }),
  },
  {
    name: 'where-azure-2',
    user: 'object-id',
    lifeMs: 3_600_000,
    tokenOf: (query, serial) => `${decodeURIComponent(query)}-${serial}`,
    given: (service) => ({
      DefaultAzureCredential: class {
        async getToken(scope: string) {
          const { token, expiresAt } = await service.ask(encodeURIComponent(scope));
          return { token, expiresOnTimestamp: expiresAt };
        }
      },
    }),
  },
  {
    name: 'where-elasticache-2',
    user: 'shop',
    lifeMs: 12 * 3_600_000,
    // A token of AWS is a signed URL without its scheme.
    tokenOf: (query) => `shop-cache/?${query}`,
    given: (service) => ({
      Hash: class {},
      fromNodeProviderChain: () => undefined,
      SignatureV4: class {
        async presign(request: { query: object }, { expiresIn }: { expiresIn: number }) {
          const signature = `${service.issued.length}`;
          const query = {
            ...request.query,
            'X-Amz-Expires': String(expiresIn),
            'X-Amz-Signature': signature,
          };
          await service.ask(new URLSearchParams(query).toString());
          return { ...request, query };
        }
      },
    }),
  },
];

it.each(providers)(
  'tokens of $name end and are renewed, also when the token service was away',
  async (page) => {
    await using server = await startRedis({ users: [{ name: page.user, password: 'never' }] });
    await using service = await startTokenService({ server, ...page });
    service.isUp = false;
    const running = await runPrinted(page, server, service);
    const { resilience, timers, login } = running;
    const isUp = (): boolean => resilience.snapshot().status === 'up';

    await waitFor(() => resilience.snapshot().cause?.code === 'credentials');
    service.isUp = true;
    await waitFor(isUp);

    // While the token service is down, renewals fail, but are tried again later.
    service.isUp = false;
    await timers.fire();
    service.isUp = true;
    const before = service.issued.length;
    await waitFor(async () => {
      await timers.fire();
      return service.issued.length > before;
    });
    expect(await resilience.client.call('ACL', 'WHOAMI')).toBe(page.user);

    await waitFor(() => timers.dueInMs >= 60_000 && timers.dueInMs < page.lifeMs);

    // The server rejects all tokens and closes their connections, so each new connection needs a new token.
    const renewed = service.issued.length;
    await service.endTokens();
    await waitFor(() => service.issued.length > renewed && isUp());
    expect(await resilience.client.call('ACL', 'WHOAMI')).toBe(page.user);
    expect(login.every((target) => target.startsWith('rediss://'))).toBe(true);
    await resilience.close();
  },
);

/** Runs the printed snippet with this server, and with timers that the test fires. */
async function runPrinted(page: PrintedProvider, server: RedisServer, service: TokenService) {
  const snippet = printedSnippets().find(({ name }) => name === page.name);
  const { code } = await transform(snippet?.text ?? '', { loader: 'ts', target: 'es2022' });
  const body = code
    .replaceAll(/^import .*;$/gm, '')
    .replace(/return \{ token: "from your cloud".*/, 'return await askCloud();');
  const timers = new FiredTimers();
  const login: string[] = [];
  let resilience: RedisResilience | undefined;
  const given = {
    ...page.given(service),
    createRedisResilience: (target: string, options: ResilienceOptions) => {
      login.push(target);
      const { host, port } = server;
      return (resilience = createRedisResilience({ host, port }, { ...options, logger: false }));
    },
    process: { env: { ENTRA_OBJECT_ID: page.user } },
    setTimeout: timers.arm,
    setInterval: timers.arm,
  };
  const run = compileFunction(`return (async () => {${body}})();`, Object.keys(given)) as (
    ...values: unknown[]
  ) => Promise<void>;
  await run(...Object.values(given));
  if (resilience === undefined) throw new Error('the snippet makes no resilience');
  return { resilience, timers, login };
}

/** A timer that the test fires; a snippet has at most one at a time. */
class FiredTimers {
  #due: { readonly run: () => unknown; readonly ms: number } | undefined;

  readonly arm = (run: () => unknown, ms: number): { unref(): void } => {
    this.#due = { run, ms };
    return { unref: () => undefined };
  };

  get dueInMs(): number {
    return this.#due?.ms ?? Number.NaN;
  }

  async fire(): Promise<void> {
    await waitFor(() => this.#due !== undefined);
    await this.#due?.run();
  }
}
