import { dirname, join, relative, resolve } from 'node:path';
import { existsSync, statSync } from 'node:fs';
import type { MarkdownRenderer } from 'vitepress';

export const packages = resolve(import.meta.dirname, '../..');
const repository = 'https://github.com/redis-resilience/redis-resilience/blob/main';

/** Where a page of the folder `packages` stands on the site: `docs/start/koa.md` becomes `start/koa.md`. */
export function sitePath(page: string): string {
  const [owner = '', ...rest] = page.split('/');
  if (owner === 'docs') return rest.join('/');
  const name = rest.join('/');
  return name === 'README.md'
    ? `reference/packages/${owner}.md`
    : `reference/packages/${owner}-${name.toLowerCase()}`;
}

/** Links are written so that they work in the repository. This turns them into links of the site. */
export function repositoryLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.attrGet('href');
      if (href === null || /^([a-z]+:|#|\/)/.test(href)) continue;
      token.attrSet(
        'href',
        siteLink(href, (env as { realPath?: string; path: string }).realPath ?? env.path),
      );
    }
  });
}

/** The link of the site that leads where `href` leads from this file of the repository. */
export function siteLink(href: string, page: string): string {
  const [path = '', hash] = href.split('#');
  const file = resolve(dirname(page), path);
  const isFolder = existsSync(file) && statSync(file).isDirectory();
  const target = isFolder && existsSync(join(file, 'README.md')) ? join(file, 'README.md') : file;
  const fragment = hash === undefined ? '' : `#${hash}`;
  const inPackages = relative(packages, target);
  if (inPackages.startsWith('..') || !target.endsWith('.md')) {
    return `${repository}/${relative(dirname(packages), target)}${fragment}`;
  }
  return `/${sitePath(inPackages)
    .replace(/(^|\/)index\.md$/, '$1')
    .replace(/\.md$/, '')}${fragment}`;
}
