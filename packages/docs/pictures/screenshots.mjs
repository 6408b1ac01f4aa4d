// Takes the screenshots of the book in a real browser: the status page of an application that lives through an outage,
// by day and by night, and the report of a drill on the example for Express.
//
//   npm run docs:screenshots

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createRedisResilience } from '@redis-resilience/core';
import { createStatusPage } from '@redis-resilience/telemetry/status-page';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { chromium } from 'playwright-core';

const root = join(import.meta.dirname, '../../..');
/** A page of the book should load fast on a phone. */
const maxBytes = 80_000;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN || '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  await statusPages();
  await drillReport();
} finally {
  await browser.close();
}

/** An outage that is over by day, and one that goes on by night. */
async function statusPages() {
  const server = await startRedis();
  const resilience = createRedisResilience(server.url, { logger: false });
  await resilience.ready({ timeoutMs: 10_000 });
  const visitors = setInterval(() => {
    for (const command of ['get', 'get', 'get', 'incr'])
      void resilience.client[command]('views').catch(() => undefined);
  }, 10);
  const page = createStatusPage({ enabled: true, resilience, title: 'Shop', authorize: () => true });
  const http = createServer((req, res) => void (page.handle(req, res) || res.writeHead(404).end()));
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${http.address().port}/redis-status`;

  await pass(2_000);
  await server.kill();
  await waitFor(() => resilience.snapshot().status === 'down');
  await pass(4_000);
  await server.restart();
  await waitFor(() => resilience.snapshot().status === 'up');
  await pass(3_000);
  await shoot('status-page-light.png', url, 'light', async (shown) => {
    await shown.getByText('Redis is up').waitFor();
    return shown;
  });
  await server.freeze();
  await shoot('status-page-dark.png', url, 'dark', async (shown) => {
    await shown.getByText('Redis is down').waitFor();
    return shown;
  });
  server.thaw();
  clearInterval(visitors);
  page.close();
  http.closeAllConnections();
  http.close();
  await resilience.close({ drainMs: 0 });
  await server.stop();
}

async function drillReport() {
  const folder = mkdtempSync(join(tmpdir(), 'drill-'));
  const plans = ['restart'].flatMap((plan) => ['--plan', plan]);
  const requests = ['--url', '/products/7', '--url', 'POST /cart/anna?product=7'];
  const report = join(folder, 'redis-drill');
  const command = ['--', process.execPath, join(root, 'examples/express/dist/main.js')];
  const bin = join(root, 'packages/cli/dist/bin.js');
  execFileSync(process.execPath, [bin, 'drill', ...plans, ...requests, '--report', report, ...command], {
    stdio: 'inherit',
  });
  await shoot('drill-report.png', pathToFileURL(`${report}.html`).href, 'light', (shown) =>
    shown.locator('section').first(),
  );
  rmSync(folder, { recursive: true });
}

/** Takes a picture of the part that `partOf` resolves with, once it is shown. */
async function shoot(name, url, colorScheme, partOf) {
  const context = await browser.newContext({ viewport: { width: 860, height: 670 }, colorScheme });
  const shown = await context.newPage();
  await shown.goto(url);
  const part = await partOf(shown);
  await pass(1_500);
  const path = join(import.meta.dirname, name);
  await part.screenshot({ path, animations: 'disabled', caret: 'hide' });
  await context.close();
  const { size } = statSync(path);
  console.log(`${name}: ${size} bytes`);
  if (size > maxBytes) throw new Error(`${name} is larger than ${maxBytes} bytes.`);
}
