import { readFileSync } from 'node:fs';

/** The modules of the page, what is imported before who imports it. */
const modules: readonly string[] = [
  'element',
  'words',
  'theme',
  'sparkline',
  'timeline-labels',
  'timeline-view',
  'tables',
  'facts',
  'dialing-view',
  'action-buttons',
  'connection-card',
  'banner',
  'stream',
  'main',
];

let script: string | undefined;

/**
 * The script of the page: its compiled modules one after the other, each in a scope of its own that gives out what it
 * exports, so that it goes into one file without a bundler. Read once, at the first page that is asked for.
 */
export function pageScript(): string {
  script ??= `'use strict';(() => {\n${modules.map(moduleText).join('\n')}\n})();`;
  return script;
}

const exported = /^export (?:async )?(?:function|const|class) (\w+)/gm;

function moduleText(name: string): string {
  const text = readFileSync(new URL(`../../browser/${name}.js`, import.meta.url), 'utf8');
  const names = Array.from(text.matchAll(exported), ([, exportedName]) => exportedName).join(', ');
  const body = text
    .replace(/^(import [^;]*;|export \{\};|\/\/# sourceMappingURL.*)$/gm, '')
    .replace(/^export /gm, '');
  return `const { ${names} } = (() => {\n${body}\nreturn { ${names} };\n})();`;
}
