import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { allPages, bookPages, root, type Page } from './pages.ts';

const code = /^(```|~~~)[^]*?^\1|`[^`\n]*`/gm;
const link = /\]\(([^)\s]+)\)/g;
const heading = /^#{1,6} (.+)$/gm;

it('every link and anchor of every page leads somewhere', () => {
  const links = allPages().flatMap((page) => linksOf(page).map((href) => ({ page: page.path, href })));
  expect(links.length).toBeGreaterThan(150);
  expect(links.filter(({ page, href }) => !leadsSomewhere(join(root, page), href))).toEqual([]);
});

it('every page of the book can be reached from its first page', () => {
  const texts = new Map(bookPages().map(({ path, text }) => [path, text]));
  const reached = new Set<string>();
  const visit = (path: string): void => {
    const text = texts.get(path);
    if (text === undefined || reached.has(path)) return;
    reached.add(path);
    for (const href of linksOf({ path, text })) {
      visit(join(dirname(path), href.split('#')[0] ?? ''));
    }
  };
  visit('packages/docs/index.md');
  const inSidebar = new Set(sidebarPages());
  expect([...texts.keys()].filter((path) => !reached.has(path) && !inSidebar.has(path))).toEqual([]);
});

it('every entry of the sidebar is a page', () => {
  const missing = sidebarPages().filter(
    (path) => !existsSync(join(root, path)) && !path.includes('/packages/'),
  );
  expect(missing.filter((path) => !path.startsWith('packages/docs/reference/packages/'))).toEqual([]);
  expect(sidebarPages().length).toBeGreaterThan(40);
});

function linksOf({ text }: Page): string[] {
  return Array.from(text.replaceAll(code, '').matchAll(link), ([, href = '']) => href).filter(
    (href) => !/^[a-z]+:/.test(href),
  );
}

function leadsSomewhere(page: string, href: string): boolean {
  const [path = '', anchor] = href.split('#');
  const file = path === '' ? page : resolve(dirname(page), path);
  if (!existsSync(file)) return false;
  if (anchor === undefined) return true;
  const target = statSync(file).isDirectory() ? join(file, 'README.md') : file;
  return anchorsOf(readFileSync(target, 'utf8')).has(anchor);
}

function anchorsOf(text: string): ReadonlySet<string> {
  const names = Array.from(text.replaceAll(/^(```|~~~)[^]*?^\1/gm, '').matchAll(heading), ([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
  return new Set(names);
}

function sidebarPages(): string[] {
  const config = readFileSync(join(root, 'packages/docs/.vitepress/config.ts'), 'utf8');
  const section = /section\('[^']+', '([\w-]+)', \{([^}]*)\}\)/g;
  return Array.from(config.matchAll(section), ([, folder = '', pages = '']) =>
    Array.from(
      pages.matchAll(/^\s*'?([\w/-]+)'?:/gm),
      ([, page = '']) => `packages/docs/${folder}/${page}.md`,
    ),
  ).flat();
}
