// Looks at the site in a browser as readers do: every page on a phone and on a desktop, by day and by night. Ends with
// 1 when a page complains, leads nowhere, does not fit, tears a word, loads from elsewhere, or axe finds something serious.
//
//   npm run docs:look        after npm run docs

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';

const dist = join(import.meta.dirname, '.vitepress/dist');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const viewports = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
];
const looks = viewports.flatMap((viewport) => [
  { viewport, colorScheme: 'light' },
  { viewport, colorScheme: 'dark' },
]);
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

if (!existsSync(dist)) {
  console.error('There is no site yet: npm run docs');
  process.exit(2);
}
const pages = readdirSync(dist, { recursive: true })
  .filter((file) => file.endsWith('.html') && file !== '404.html')
  .map((file) => `/${file.replace(/\.html$/, '').replace(/(^|\/)index$/, '$1')}`);

const server = createServer((request, response) => {
  const path = decodeURI(new URL(request.url ?? '/', 'http://site').pathname);
  const file = [path, `${path}.html`, join(path, 'index.html')].find(
    (name) => extname(name) && existsSync(join(dist, name)),
  );
  response.writeHead(file === undefined ? 404 : 200, {
    'content-type': types[extname(file ?? '.html')] ?? 'application/octet-stream',
  });
  response.end(file === undefined ? 'not found' : readFileSync(join(dist, file)));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const findings = [];
const anchors = new Map();
const links = [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN || '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
for (const look of looks) {
  const name = `${look.viewport.width} px, ${look.colorScheme}`;
  const page = await (await browser.newContext(look)).newPage();
  await page.addInitScript(`globalThis.tornWords = ${String(tornWords)}`);
  let path = '/';
  const find = (text) => findings.push(`${path} (${name}): ${text}`);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) find(message.text());
  });
  page.on('pageerror', (error) => find(error.message));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin))
      find(`loads ${request.url()}`);
  });
  for (path of pages) {
    await page.goto(origin + path, { waitUntil: 'load' });
    const seen = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      ids: Array.from(document.querySelectorAll('[id]'), ({ id }) => id),
      hrefs: Array.from(document.querySelectorAll('a[href]'), ({ href }) => href),
      torn: globalThis.tornWords(),
      broken: Array.from(document.images)
        .filter(({ naturalWidth }) => naturalWidth === 0)
        .map(({ src }) => src),
    }));
    if (seen.width > look.viewport.width) find(`is ${seen.width} px wide`);
    for (const word of seen.torn) find(`tears "${word}" in a table`);
    for (const source of seen.broken) find(`does not show ${source}`);
    anchors.set(path, new Set(seen.ids));
    links.push(
      ...seen.hrefs
        .filter((href) => href.startsWith(origin))
        .map((href) => ({ from: path, to: new URL(href) })),
    );
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { impact, id, nodes } of violations) {
      if (['serious', 'critical'].includes(impact)) find(`axe ${id}: ${nodes[0].html.slice(0, 160)}`);
    }
  }
}
for (const { from, to } of links) {
  const target = anchors.get(to.pathname.replace(/\.html$/, ''));
  const fragment = decodeURIComponent(to.hash.slice(1));
  if (target === undefined || (fragment !== '' && !target.has(fragment))) {
    findings.push(`${from}: leads to ${to.pathname}${to.hash}, which is not there`);
  }
}
await browser.close();
server.close();
for (const finding of new Set(findings)) console.error(finding);
console.log(
  `${pages.length} pages at 390 and 1280 px, ${links.length} links: ${new Set(findings).size} findings`,
);
process.exitCode = findings.length === 0 ? 0 : 1;

/** The words in tables, code aside, that begin on one line and end on another. Runs in the page. */
function tornWords() {
  const cells = document.querySelectorAll('.vp-doc td');
  return Array.from(cells).flatMap((cell) => {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    const torn = [];
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      if (text.parentElement.closest('code') !== null) continue;
      for (const { 0: word, index } of text.data.matchAll(/\p{L}+/gu)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        if (new Set(Array.from(range.getClientRects(), ({ top }) => top)).size > 1) torn.push(word);
      }
    }
    return torn;
  });
}
