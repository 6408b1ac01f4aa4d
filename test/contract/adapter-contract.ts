import type { GuardPolicy } from '@redis-resilience/core/http';
import { startProxy, startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { slackMs } from '../slack.ts';

/**
 * The options with which an application for the contract tests is started. The application serves the routes
 * of `handlers.ts`.
 */
export interface ContractSetting {
  readonly url: string;
  readonly critical?: boolean;
  readonly policy?: GuardPolicy;
}

export interface ContractApp {
  readonly origin: string;
  readonly close: () => Promise<unknown>;
}

/** How the contract tests start an application with an adapter, and which mistakes the adapter must reject. */
export interface AdapterUnderTest {
  start(setting: ContractSetting): Promise<ContractApp>;
  /** Each call must throw a ConfigurationError whose message matches the expression. */
  readonly misuses: readonly (readonly [RegExp, () => unknown])[];
}

/** Declares the tests that every adapter must pass, over real HTTP with a real Redis. */
export function describeAdapter(name: string, adapter: AdapterUnderTest): void {
  describe(name, () => {
    let server: RedisServer;
    let app: ContractApp | undefined;

    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.stop());
    beforeEach(() => server.start());
    afterEach(async () => {
      server.thaw();
      await app?.close();
      app = undefined;
    });

    async function start(setting: Partial<ContractSetting> = {}): Promise<void> {
      app = await adapter.start({ url: server.url, ...setting });
    }
    async function startUp(setting: Omit<ContractSetting, 'url'> = {}): Promise<void> {
      await start(setting);
      await see('up');
    }
    async function takeDown(): Promise<void> {
      await server.kill();
      await see('down');
    }
    async function see(status: 'up' | 'down'): Promise<void> {
      const isSeen = async () => (await check()).redis.status === status;
      await waitFor(isSeen, { timeoutMs: 10_000, message: `the application to see Redis ${status}` });
    }
    async function request(path: string, method = 'GET'): Promise<Answer> {
      const start = performance.now();
      const response = await fetch(`${app?.origin}${path}`, { method, headers: { connection: 'close' } });
      const text = await response.text();
      const durationMs = performance.now() - start;
      const type = response.headers.get('content-type') ?? '';
      const body: Record<string, unknown> = type.includes('json') && text !== '' ? JSON.parse(text) : {};
      return { status: response.status, headers: response.headers, type, text, body, durationMs };
    }
    async function check(): Promise<Check> {
      const { body } = await request('/health/redis');
      return (body as { checks: Record<string, [Check]> }).checks['redis-default']?.[0] as Check;
    }

    it('tells a request that Redis is up', async () => {
      await startUp();
      expect((await request('/state')).body).toEqual({
        status: 'up',
        degraded: false,
        reads: true,
        writes: true,
      });
      expect(await request('/writes', 'POST')).toMatchObject({ status: 201, body: { written: true } });
      expect((await request('/fallback')).body).toEqual({ value: 'written', degraded: false });
    });

    it('tells the first request after the start that Redis is up', async () => {
      await using proxy = await startProxy({ target: server });
      proxy.latency(40);
      await start({
        url: `redis://${proxy.host}:${proxy.port}`,
        policy: { mode: 'reject', budgetMs: 1_000 },
      });
      expect((await request('/state')).body).toMatchObject({ status: 'up', degraded: false });
    });

    it('answers a request during an outage, and tells it', async () => {
      await startUp();
      await takeDown();
      const { body } = await request('/state');
      expect(body).toMatchObject({ status: 'down', degraded: true, reads: false, writes: false });
      expect(body['cause']).toMatch(/^connection-(refused|reset)$/);
      const answer = await request('/fallback');
      expect(answer).toMatchObject({ status: 200, body: { value: 'fallback', degraded: true } });
      expect(answer.durationMs).toBeLessThan(250 + slackMs);
    });

    it('answers while Redis is frozen', async () => {
      await startUp();
      await server.freeze();
      const answer = await request('/fallback');
      expect(answer).toMatchObject({ status: 200, body: { value: 'fallback' } });
      expect(answer.durationMs).toBeLessThan(1_000 + slackMs);
      expect((await request('/livez')).status).toBe(200);
    });

    it('refuses a route that needs writes with problem details', async () => {
      await startUp();
      await takeDown();
      const answer = await request('/writes', 'POST');
      expectProblem(answer, 'REDIS_UNAVAILABLE');
      expect(answer.body).toMatchObject({ connection: 'default', outcome: 'not-applied' });
    });

    it('turns the error of a failed command into problem details', async () => {
      await startUp();
      await takeDown();
      expectProblem(await request('/plain'), /REDIS_UNAVAILABLE|CIRCUIT_OPEN/);
    });

    it('answers a write that was sent before Redis was known to be frozen', async () => {
      await startUp();
      await server.freeze();
      const answer = await request('/writes', 'POST');
      expect(answer.status).toBe(503);
      expect(answer.type).toContain('application/problem+json');
      expect(answer.headers.get('retry-after')).toBeNull();
      expect(answer.body).toMatchObject({ code: 'COMMAND_TIMEOUT', outcome: 'unknown' });
    });

    it('leaves other errors to the framework', async () => {
      await startUp();
      const answer = await request('/broken');
      expect(answer.status).toBe(500);
      expect(answer.type).not.toContain('problem');
    });

    it('lives whatever Redis does', async () => {
      await startUp({ critical: true });
      expect(await request('/livez')).toMatchObject({ status: 200, body: { status: 'pass' } });
      await takeDown();
      expect(await request('/livez')).toMatchObject({ status: 200, body: { status: 'pass' } });
    });

    it.each([
      ['stays ready without a Redis it can do without', false, 200, 'warn'],
      ['is not ready without a critical Redis', true, 503, 'fail'],
    ])('%s', async (_title, critical, status, health) => {
      await startUp({ critical });
      expect(await request('/readyz')).toMatchObject({ status: 200, body: { status: 'pass' } });
      await takeDown();
      expect(await request('/readyz')).toMatchObject({ status, body: { status: health } });
      expect(await request('/health/redis')).toMatchObject({ status, body: { status: health } });
    });

    it('describes its health as health+json without hosts', async () => {
      await startUp();
      const healthy = await request('/health/redis');
      expect(healthy.type).toContain('application/health+json');
      expect(healthy.headers.get('cache-control')).toBe('no-store');
      expect(healthy.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await check()).toMatchObject({
        componentType: 'datastore',
        status: 'pass',
        redis: { reads: true },
      });
      await takeDown();
      const { text } = await request('/health/redis');
      expect(await check()).toMatchObject({
        status: 'fail',
        output: expect.any(String),
        redis: { status: 'down' },
      });
      expect(text).not.toMatch(new RegExp(`127\\.0\\.0\\.1|localhost|${server.port}`));
    });

    it('answers HEAD without a body, and leaves other methods alone', async () => {
      await startUp();
      for (const path of ['/livez', '/readyz', '/health/redis']) {
        expect(await request(path, 'HEAD')).toMatchObject({ status: 200, text: '' });
        expect((await request(path, 'POST')).status).toBe(404);
      }
    });

    it('heals by itself', async () => {
      await startUp({ critical: true });
      await takeDown();
      await server.start();
      await see('up');
      expect((await request('/readyz')).status).toBe(200);
      expect((await request('/writes', 'POST')).status).toBe(201);
      expect((await request('/fallback')).body).toEqual({ value: 'written', degraded: false });
    });

    it('bounds what one request waits for Redis', async () => {
      await startUp({ policy: { budgetMs: 150 } });
      await server.freeze();
      const { body, durationMs } = await request('/twenty-reads');
      expect(durationMs).toBeLessThan(150 + slackMs);
      expect(body['codes']).toContain('BUDGET_EXCEEDED');
    });

    it('gives every request a budget of its own', async () => {
      await startUp({ policy: { budgetMs: 2_000 } });
      const answers = await Promise.all(Array.from({ length: 20 }, () => request('/twenty-reads')));
      for (const { body } of answers) expect(body['codes']).toEqual([]);
    });

    it('lends a request a connection of its own, for transactions too', async () => {
      await startUp();
      const answers = await Promise.all(Array.from({ length: 3 }, () => request('/lease')));
      expect(answers.map(({ body }) => body['isOwn'])).toEqual([true, true, true]);
      const counts = answers.map(({ body }) => Number(body['count'])).toSorted((one, other) => one - other);
      const [first = 0] = counts;
      expect(counts).toEqual([first, first + 1, first + 2]);
    });

    it('bounds what one request waits for leases', async () => {
      await startUp({ policy: { budgetMs: 150 } });
      await server.freeze();
      const { body, durationMs } = await request('/twenty-leases');
      expect(durationMs).toBeLessThan(150 + slackMs);
      expect(body['codes']).toContain('BUDGET_EXCEEDED');
    });

    it('forbids the storing of degraded answers, when told so', async () => {
      await startUp({ policy: { noStore: true } });
      expect((await request('/state')).headers.get('cache-control')).toBeNull();
      await takeDown();
      expect((await request('/state')).headers.get('cache-control')).toBe('no-store');
    });

    it('rejects every request but probes while Redis is down, when told so', async () => {
      await startUp({ policy: { mode: 'reject' } });
      expect((await request('/state')).status).toBe(200);
      await takeDown();
      expectProblem(await request('/state'), 'REDIS_UNAVAILABLE');
      expect((await request('/livez')).status).toBe(200);
      expect((await request('/readyz')).status).toBe(200);
    });

    it('boots while Redis is down, and heals', async () => {
      await server.kill();
      await start({ critical: true });
      expect((await request('/livez')).status).toBe(200);
      expect((await request('/readyz')).status).toBe(503);
      await see('down');
      await server.start();
      await see('up');
      expect((await request('/writes', 'POST')).status).toBe(201);
    });

    it.each([
      ['up', async () => {}],
      ['down', () => takeDown()],
      ['frozen', () => server.freeze()],
    ])('leaves nothing when it shuts down while Redis is %s', async (_state, breakRedis) => {
      await server.waitUntilAnswering();
      const before = openHandles();
      await startUp();
      await request('/fallback');
      await breakRedis();
      await app?.close();
      app = undefined;
      await waitFor(() => openHandles() <= before, { timeoutMs: 2_000, message: 'all handles to be closed' });
    });

    it.each(adapter.misuses)('refuses a wrong option: %s', (message, misuse) => {
      expect(misuse).toThrow(
        expect.objectContaining({ name: 'ConfigurationError', message: expect.stringMatching(message) }),
      );
    });
  });
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly type: string;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly durationMs: number;
}

interface Check {
  readonly status: string;
  readonly redis: { readonly status: string };
}

function expectProblem(answer: Answer, code: string | RegExp): void {
  expect(answer.status).toBe(503);
  expect(answer.type).toContain('application/problem+json');
  expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.body).toMatchObject({
    type: expect.stringMatching(/\/reference\/errors\/[a-z-]+\.md$/),
    title: expect.any(String),
    status: 503,
    detail: expect.any(String),
    code: expect.stringMatching(code),
  });
}

function openHandles(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP') || kind === 'Timeout')
    .length;
}
