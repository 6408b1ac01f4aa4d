import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '../..');
const docs = join(root, 'packages/docs');
// The site contains copies of the packages' own pages, which are not checked a second time.
const copies = join(docs, 'reference/packages');

export interface Page {
  /** The path of the page, relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Returns the pages of the book. */
export function bookPages(): readonly Page[] {
  return pagesBelow(docs);
}

/** Returns all pages for readers of the repository: the book, and the pages next to the code. */
export function allPages(): readonly Page[] {
  const folders = [root, ...foldersIn('packages'), ...foldersIn('examples')];
  return [...bookPages(), ...folders.flatMap((folder) => pagesIn(folder))];
}

function foldersIn(parent: string): string[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'docs')
    .map(({ name }) => join(root, parent, name));
}

function pagesBelow(folder: string): Page[] {
  if (folder === copies) return [];
  const inner = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$)/.test(entry.name))
    .flatMap(({ name }) => pagesBelow(join(folder, name)));
  return [...pagesIn(folder), ...inner];
}

function pagesIn(folder: string): Page[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({
      path: relative(root, join(folder, name)),
      text: readFileSync(join(folder, name), 'utf8'),
    }));
}
