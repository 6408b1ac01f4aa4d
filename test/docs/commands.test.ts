import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './pages.ts';
import { isCode, printedSnippets } from './snippets.ts';

const snippets = printedSnippets();
const install = /^npm install(.*)$/gm;

/** Returns the package names in an install command of a page, without options and comments. */
function installed(page: string): ReadonlySet<string> {
  const shells = snippets.filter((snippet) => snippet.page === page && snippet.language === 'sh');
  const lines = shells.flatMap(({ text }) => Array.from(text.matchAll(install), ([, names = '']) => names));
  return new Set(lines.flatMap((names) => names.replace(/#.*/, '').trim().split(/\s+/)));
}

it('what a page tells to install exists', () => {
  const published = readdirSync(join(root, 'packages')).map((name) => `@redis-resilience/${name}`);
  const known = new Set([...published, '--save-dev', ...Object.keys(manifest().devDependencies)]);
  const pages = [...new Set(snippets.map(({ page }) => page))];
  const names = pages.flatMap((page) => [...installed(page)].map((name) => ({ page, name })));
  expect(names.length).toBeGreaterThan(70);
  expect(names.filter(({ name }) => !known.has(name))).toEqual([]);
});

it('a page of the book that tells to install something names all that its code imports, and what that needs', () => {
  const missing = snippets
    .filter((snippet) => isCode(snippet) && snippet.page.startsWith('packages/docs/'))
    .flatMap(({ page, text }) => {
      const names = installed(page);
      if (names.size === 0) return [];
      const imported = Array.from(text.matchAll(/from '([^'./][^']*)'/g), ([, specifier = '']) => specifier)
        .filter((specifier) => !isBuiltin(specifier) && !specifier.startsWith('@nestjs/'))
        .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
      const needed = imported.some((name) => name === '@redis-resilience/core') ? ['ioredis'] : [];
      return [...imported, ...needed].filter((name) => !names.has(name)).map((name) => ({ page, name }));
    });
  expect(missing).toEqual([]);
});

it('every script and file that a page tells to run exists', () => {
  const { scripts } = manifest();
  const missing = snippets
    .filter(({ language }) => language === 'sh')
    .flatMap(({ page, text }) => [
      ...Array.from(text.matchAll(/npm run ([\w:-]+)/g), ([, name = '']) => name)
        .filter((name) => !Object.hasOwn(scripts, name))
        .map((name) => ({ page, name })),
      ...Array.from(text.matchAll(/(?:node|-w) ((?:test|examples)\/\S+)/g), ([, path = '']) => path)
        .filter((path) => !existsSync(join(root, path)))
        .map((name) => ({ page, name })),
    ]);
  expect(missing).toEqual([]);
});

it('every block of JSON is JSON', () => {
  const blocks = snippets.filter(({ language }) => language === 'json');
  expect(blocks.length).toBeGreaterThan(4);
  for (const { text } of blocks) expect(() => JSON.parse(text)).not.toThrow();
});

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function manifest(): Manifest {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
}
