import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, isAbsolute, join } from 'node:path';
import { createRedisResilience } from '@redis-resilience/core';
import { freePort, startRedis, waitFor } from '@redis-resilience/testing';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProtectedRedis, type ProtectedRedis } from '../protected-redis.ts';
import { servePage } from './served-page.ts';

const named = process.env['CHROMIUM_BIN'];
const executablePath = named ? pathOf(named) : (pathOf('chromium-headless-shell') ?? pathOf('chromium'));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Chromium is installed where possible; where it is not, these tests are skipped.
describe.skipIf(executablePath === undefined)('the status page in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath as string,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterAll(() => browser.close());

  /** A browser page that fails the test when a script on it fails. */
  async function open(origin: string, look: Look = {}): Promise<OpenPage> {
    const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...look });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${origin}/redis-status`);
    await page.getByText('Live', { exact: true }).waitFor();
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
  }

  async function startAndOpen(redis: ProtectedRedis, authorize?: () => boolean, look?: Look) {
    const served = await servePage({ resilience: redis.resilience, ...(authorize ? { authorize } : {}) });
    const opened = await open(served.origin, look);
    return {
      ...opened,
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]();
        await served[Symbol.asyncDispose]();
      },
    };
  }

  it('has an outage in the timeline afterwards', async () => {
    await using redis = await startProtectedRedis();
    await using opened = await startAndOpen(redis);
    const { page, complaints } = opened;
    await page.getByText('Redis is up').waitFor();
    expect(await page.getByText('No outage in the last hour.').count()).toBeGreaterThan(0);
    expect(await page.getByText('Circuit for reads').isVisible()).toBe(false);

    await redis.server.kill();
    await page.getByText('Redis is down').waitFor({ timeout: 5_000 });
    await page.getByText('Retrying about every').first().waitFor();
    await page.getByText('ongoing').waitFor();
    expect(await page.title()).toBe('(down) Redis status');
    expect(await page.locator('#announcer').textContent()).toContain('default: Down.');

    await redis.server.start();
    await page.getByText('Redis is up').waitFor({ timeout: 5_000 });
    await page.getByText(/Recovered .* from an outage of/).waitFor();
    const row = page.getByRole('region', { name: 'Outages of default' }).getByRole('row').nth(1);
    expect(await row.textContent()).toMatch(
      /Nothing is listening on the configured address and port\.ended, was down/,
    );
    expect(await page.locator('.timeline .down').count()).toBe(1);
    expect(await page.locator('.timeline').getAttribute('aria-label')).toMatch(/1 outage, .* in all/);
    expect(complaints).toEqual([]);
  });

  it('shows the commands and the slow ones among them, without keys', async () => {
    await using redis = await startProtectedRedis({ slowCommandMs: 5 });
    await using opened = await startAndOpen(redis);
    const { page } = opened;
    await redis.resilience.client.blpop('secret-key', 0.05);
    const commands = ['set', 'get', 'del'];
    const load = async () => {
      for (const command of commands)
        await redis.resilience.client.call(command, 'secret-key', ...(command === 'set' ? ['v'] : []));
      return (await page.getByText(/\d answered/).count()) > 0;
    };
    await waitFor(load, { timeoutMs: 5_000 });
    await redis.server.freeze();
    await redis.resilience.client.get('secret-key').catch(() => undefined);
    redis.server.thaw();
    const table = page.getByRole('region', { name: 'Slow or failed commands of default' });
    await table.getByText('get', { exact: true }).first().waitFor({ timeout: 5_000 });
    expect(await page.content()).not.toContain('secret-key');
  });

  it('goes on when the server comes back after a restart', async () => {
    await using redis = await startProtectedRedis();
    const port = await freePort();
    const first = await servePage({ resilience: redis.resilience }, port);
    await using opened = await open(first.origin);
    const { page } = opened;
    await first[Symbol.asyncDispose]();
    await page
      .getByText(/The application does not answer; this was its state .* ago/)
      .waitFor({ timeout: 10_000 });
    await using second = await servePage({ resilience: redis.resilience }, port);
    expect(second.port).toBe(port);
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 10_000 });
    await page.getByText('Redis is up').waitFor();
    await page.getByText(/^(Redis|Valkey) \d+\.[\d.]+, primary$/).waitFor();
  });

  it('has no buttons for strangers, and working ones for visitors whom authorize admits', async () => {
    await using redis = await startProtectedRedis();
    await using strange = await startAndOpen(redis);
    expect(await strange.page.getByRole('button', { name: /Reconnect|Take/ }).count()).toBe(0);
    await using trusted = await startAndOpen(redis, () => true);
    const { page, complaints } = trusted;
    page.on('dialog', (dialog) => void dialog.accept());
    // From here on, the test uses only the keyboard.
    await page.getByRole('button', { name: 'Take out of use: default' }).focus();
    await page.keyboard.press('Enter');
    await redis.see('down');
    await page.getByText('Taken out of use by hand. Reason: requested on the status page').first().waitFor();
    await page.getByRole('button', { name: 'Put back into use: default' }).click();
    await redis.see('up');
    await page.getByText('Redis is up').waitFor();
    await page.getByRole('button', { name: 'Reconnect now: default' }).click();
    await page.getByText('Reconnecting.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('has a button for each database that is not in use', async () => {
    await using first = await startRedis();
    await using second = await startRedis();
    const resilience = createRedisResilience(`${first.url},${second.url}`, { logger: false });
    await resilience.ready({ timeoutMs: 10_000 });
    await using served = await servePage({ resilience, authorize: () => true });
    await using opened = await open(served.origin);
    const { page, complaints } = opened;
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByText('not asked yet').waitFor({ state: 'detached', timeout: 5_000 });
    await page.getByRole('button', { name: 'Use this one: second' }).click();
    await page.getByText('second is in use.').waitFor();
    await page.getByRole('button', { name: 'Use this one: first' }).waitFor();
    const changes = page.getByRole('region', { name: 'Changes of database of default' });
    await changes.getByText('by hand').waitFor();
    expect(resilience.snapshot().database?.name).toBe('second');
    expect(complaints).toEqual([]);
    await resilience.close({ drainMs: 0 });
  });

  it.each([
    ['a desk, by day', { colorScheme: 'light' }],
    ['a desk, by night', { colorScheme: 'dark' }],
    ['a phone, by day', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
    ['a phone, by night', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
  ] satisfies [string, Look][])(
    'can be used by everybody on %s, healthy and in an outage',
    async (_place, look) => {
      await using redis = await startProtectedRedis();
      await using opened = await startAndOpen(redis, () => true, look);
      const { page } = opened;
      expect(await seriousFindings(page)).toEqual([]);
      await redis.takeDown();
      await page.getByText('Redis is down').waitFor();
      await page.getByText('ongoing').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      const width = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect(width).toBeLessThanOrEqual(0);
    },
  );
});

function pathOf(program: string): string | undefined {
  if (isAbsolute(program)) return program;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

type Look = Parameters<Browser['newContext']>[0] & object;

interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: readonly string[];
}

async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}
