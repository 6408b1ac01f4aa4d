import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.ts';

/**
 * Returns the page as one document, whose script and style carry `nonce`. The page's Content-Security-Policy allows no
 * other script or style.
 */
export function pageHtml(title: string, nonce: string): string {
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
<noscript><p>This page shows live data and needs JavaScript. The health endpoint gives a plain answer.</p></noscript>
</main>
<footer><p>Shows counts, times and causes only: never keys, values, hosts or credentials.</p></footer>
<script nonce="${nonce}">${pageScript}</script>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
