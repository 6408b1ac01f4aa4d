import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

/** Answers with the page: one file, under a policy that lets nothing in but its own script and style. */
export function sendPage(response: ServerResponse, title: string, headOnly: boolean): void {
  const nonce = randomBytes(18).toString('base64');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy(nonce),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  response.end(headOnly ? undefined : html(nonce, title));
}

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function html(nonce: string, title: string): string {
  const name = escape(title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${name} status</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${pageStyle}</style>
</head>
<body>
<a class="skip" href="#connections">Skip to the connections</a>
<header>
<h1>${name} status</h1>
<p class="live" id="live">Connecting to the application</p>
<button type="button" id="theme" class="quiet">Theme: auto</button>
</header>
<main>
<section id="banner" class="banner" data-status="unknown" aria-label="Summary"></section>
<p id="announcer" class="unseen" aria-live="polite"></p>
<div id="connections"></div>
<noscript><p>This page shows live data and needs JavaScript. For a plain answer ask the health endpoint.</p></noscript>
</main>
<footer><p>Shows counts, times and causes only: never keys, values, hosts or credentials.</p></footer>
<script nonce="${nonce}">${pageScript()}</script>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
