import { hasSubscribers } from 'node:diagnostics_channel';
import { createStatusPage } from '@redis-resilience/telemetry/status-page';
import { waitFor } from '@redis-resilience/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startProtectedRedis } from '../protected-redis.ts';
import { servePage } from './served-page.ts';

afterEach(() => vi.unstubAllEnvs());

function tokenIn(text: string): string | null {
  return (JSON.parse(/^event: greeting\ndata: (.*)$/m.exec(text)?.[1] ?? '{}') as { token: string | null })
    .token;
}

describe('the page', () => {
  it('is one file under a strict policy with a nonce of its own', async () => {
    await using redis = await startProtectedRedis();
    await using page = await servePage({ resilience: redis.resilience, title: 'Shop <script>' });
    const [first, second] = [await page.ask('/redis-status'), await page.ask('/redis-status/')];
    const policy = String(first.headers['content-security-policy']);
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(first.text).toContain(`<script nonce="${nonce}">`);
    expect(second.headers['content-security-policy']).not.toContain(nonce);
    expect(first.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(first.text).not.toMatch(/(src|href)="(?!#|data:,")|@import|url\(/);
    expect(first.text).not.toContain('<h1>Shop <script>');
    expect(first.text.length).toBeLessThan(32 * 1024);
  });

  it.each(['production', 'test', 'staging', ''])(
    'is off where NODE_ENV is %j, unless asked for',
    async (environment) => {
      await using redis = await startProtectedRedis();
      vi.stubEnv('NODE_ENV', environment);
      await using off = await servePage({ resilience: redis.resilience, enabled: undefined as never });
      await using on = await servePage({ resilience: redis.resilience, enabled: true });
      expect((await off.ask('/redis-status')).status).toBe(404);
      expect((await off.ask('/redis-status/events')).status).toBe(404);
      expect((await on.ask('/redis-status')).status).toBe(200);
    },
  );

  it('is on in development', async () => {
    await using redis = await startProtectedRedis();
    vi.stubEnv('NODE_ENV', 'development');
    await using page = await servePage({ resilience: redis.resilience, enabled: undefined as never });
    expect((await page.ask('/redis-status')).status).toBe(200);
  });

  it('answers a few addresses, and leaves all others alone', async () => {
    await using redis = await startProtectedRedis();
    await using page = await servePage({ resilience: redis.resilience });
    for (const path of [
      '/',
      '/redis-statuses',
      '/redis-status/x',
      '/redis-status/../etc',
      '/redis-status/events/x',
    ]) {
      expect({ path, ...(await page.ask(path)) }).toMatchObject({ path, status: 404 });
    }
    expect((await page.ask('/redis-status', 'DELETE')).status).toBe(404);
    expect(await page.ask('/redis-status', 'HEAD')).toMatchObject({ status: 200, text: '' });
    expect((await page.ask(`/redis-status?${'x'.repeat(8_000)}`)).status).toBe(404);
    expect((await page.ask('/redis-status?a=%00%ff<script>')).text).not.toContain('%ff');
  });

  it.each([
    [/createStatusPage\.pth does not exist\. Did you mean path\?/, { pth: '/x' } as never],
    [/createStatusPage\.path must be a path/, { path: 'status' }],
    [/createStatusPage\.path must be a path/, { path: '/a"b' }],
    [/createStatusPage\.maxWatchers/, { maxWatchers: 0 }],
    [/createStatusPage\.authorize must be a function/, { authorize: true as never }],
  ])('refuses a wrong option: %s', (message, options) => {
    expect(() => createStatusPage(options)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', message: expect.stringMatching(message) }),
    );
  });
});

describe('the stream', () => {
  it('tells an outage as it happens, and never a host, key or value', async () => {
    await using redis = await startProtectedRedis();
    await using page = await servePage({ resilience: redis.resilience });
    using watched = await page.watch();
    await redis.resilience.client.set('secret-key', 'secret-value');
    await redis.takeDown();
    await waitFor(() => watched.text().includes('"status":"down"'));
    await redis.bringBack();
    await waitFor(() => /"outages":\[\{"from":\d+,"to":\d+,"worst":"down"/.test(watched.text()));
    expect(watched.text()).not.toMatch(new RegExp(`secret|127\\.0\\.0\\.1|localhost|${redis.server.port}`));
  });

  it('shows an outage of before to a page that is opened afterwards', async () => {
    await using redis = await startProtectedRedis();
    await redis.takeDown();
    await redis.bringBack();
    await using page = await servePage({ resilience: redis.resilience });
    using watched = await page.watch();
    await waitFor(() => /"outages":\[\{"from":\d+,"to":\d+,"worst":"down"/.test(watched.text()));
  });

  it('knows the commands of before it was opened', async () => {
    await using redis = await startProtectedRedis();
    await using page = await servePage({ resilience: redis.resilience });
    const load = async () => {
      await redis.resilience.client.get('k');
      using watched = await page.watch();
      await waitFor(() => watched.text().includes('event: state'));
      return /"perSecond":(?!0,)/.test(watched.text().slice(0, watched.text().indexOf('event: state', 200)));
    };
    await waitFor(load, { timeoutMs: 5_000 });
    expect(hasSubscribers('redis-resilience:command')).toBe(false);
  });

  it('is for pages of its own origin', async () => {
    await using redis = await startProtectedRedis();
    await using page = await servePage({ resilience: redis.resilience });
    for (const headers of [
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { origin: page.origin, 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await page.ask('/redis-status/events', 'GET', headers)).toMatchObject({ status: 403 });
    }
    using watched = await page.watch({ origin: page.origin, 'sec-fetch-site': 'same-origin' });
    expect(watched.status).toBe(200);
  });

  it('is open to so many at once, and to others when one leaves', async () => {
    await using redis = await startProtectedRedis();
    await using page = await servePage({ resilience: redis.resilience, maxWatchers: 2 });
    using first = await page.watch();
    {
      using second = await page.watch();
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(await page.ask('/redis-status/events')).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5' },
      });
    }
    await waitFor(async () => {
      using third = await page.watch();
      return third.status === 200;
    });
  });
});

describe('actions', () => {
  it('are refused to everybody by default', async () => {
    await using redis = await startProtectedRedis();
    await using page = await servePage({ resilience: redis.resilience });
    using watched = await page.watch();
    await waitFor(() => watched.text().includes('greeting'));
    expect(tokenIn(watched.text())).toBeNull();
    const headers = { origin: page.origin, 'x-redis-status-token': '' };
    expect((await page.ask('/redis-status/isolate?connection=default', 'POST', headers)).status).toBe(403);
    expect(redis.resilience.snapshot().status).toBe('up');
  });

  it('need permission, the token and the origin of the page, all three', async () => {
    await using redis = await startProtectedRedis();
    let isAllowed = true;
    await using page = await servePage({ resilience: redis.resilience, authorize: () => isAllowed });
    using watched = await page.watch();
    await waitFor(() => watched.text().includes('greeting'));
    const token = tokenIn(watched.text()) ?? '';
    expect(token.length).toBeGreaterThan(40);
    const act = async (headers: Record<string, string>, path = 'isolate?connection=default') =>
      (await page.ask(`/redis-status/${path}`, 'POST', headers)).status;
    const right = { origin: page.origin, 'x-redis-status-token': token };
    expect(await act({ origin: page.origin })).toBe(403);
    expect(await act({ origin: page.origin, 'x-redis-status-token': `${token}x` })).toBe(403);
    expect(await act({ 'x-redis-status-token': token })).toBe(403);
    expect(await act({ ...right, origin: 'https://elsewhere.example' })).toBe(403);
    expect(await act({ ...right, 'sec-fetch-site': 'cross-site' })).toBe(403);
    isAllowed = false;
    expect(await act(right)).toBe(403);
    isAllowed = true;
    expect(redis.resilience.snapshot().status).toBe('up');
    expect(await act(right, 'isolate?connection=nobody')).toBe(404);
    expect(await act(right)).toBe(204);
    expect(redis.resilience.snapshot()).toMatchObject({ status: 'down', cause: { code: 'isolated' } });
    expect(await act(right, 'put-back?connection=default')).toBe(204);
    await redis.see('up');
    const { attempts } = redis.resilience.snapshot();
    expect(await act(right, 'reconnect?connection=default')).toBe(204);
    await waitFor(() => redis.resilience.snapshot().attempts > attempts);
    await redis.see('up');
  });

  it('need a host name that no stranger can make lead here', async () => {
    await using redis = await startProtectedRedis();
    const options = { resilience: redis.resilience, authorize: () => true };
    const tokenFor = async (host: string, hosts: readonly string[] = []) => {
      await using page = await servePage({ ...options, hosts });
      const name = host.replace('PORT', String(page.port));
      using watched = await page.watch({ host: name, origin: `http://${name}` });
      await waitFor(() => watched.text().includes('greeting'));
      return tokenIn(watched.text());
    };
    const own = ['localhost', 'localhost:PORT', '127.0.0.1:PORT', '[::1]:PORT', 'shop.localhost'];
    expect(await Promise.all(own.map((host) => tokenFor(host)))).not.toContain(null);
    expect(await tokenFor('admin.example.com:PORT', ['Admin.example.com'])).not.toBeNull();
    const foreign = ['stranger.example', 'admin.example.com.stranger.example', '127.0.0.1.stranger.example'];
    for (const host of foreign) expect(await tokenFor(host, ['admin.example.com'])).toBeNull();
  });

  it('are refused when authorize throws', async () => {
    await using redis = await startProtectedRedis();
    const authorize = () => Promise.reject(new Error('the session store is away'));
    await using page = await servePage({ resilience: redis.resilience, authorize });
    using watched = await page.watch();
    await waitFor(() => watched.text().includes('greeting'));
    expect(tokenIn(watched.text())).toBeNull();
  });

  it('are taken back when the page is closed', async () => {
    await using redis = await startProtectedRedis();
    {
      await using page = await servePage({ resilience: redis.resilience, authorize: () => true });
      using watched = await page.watch();
      await waitFor(() => watched.text().includes('greeting'));
      const headers = { origin: page.origin, 'x-redis-status-token': tokenIn(watched.text()) ?? '' };
      await page.ask('/redis-status/isolate?connection=default', 'POST', headers);
      expect(redis.resilience.snapshot().status).toBe('down');
    }
    await redis.see('up');
  });
});
