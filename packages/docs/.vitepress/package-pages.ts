import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packages, siteLink, sitePath } from './site-path.ts';

const docs = join(packages, 'docs');
const link = /(!?)\[((?:[^\]\\]|\\.)*)\]\(([^)\s]+)\)/g;

/** Writes the pages that the packages have of their own below `reference/packages`, with links of the site. */
export function writePackagePages(): void {
  const folder = join(docs, 'reference/packages');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of packagePages()) {
    const source = join(packages, file);
    const rewritten = readFileSync(source, 'utf8').replace(
      link,
      (all, image: string, label: string, href: string) => {
        if (/^([a-z]+:|#)/.test(href)) return all;
        const target = image === '' ? siteLink(href, source) : join('../../..', dirname(file), href);
        return `${image}[${label}](${target})`;
      },
    );
    writeFileSync(join(docs, sitePath(file)), rewritten);
  }
}

function packagePages(): readonly string[] {
  const names = readdirSync(packages).filter((name) => name !== 'docs');
  return names.flatMap((name) =>
    readdirSync(join(packages, name))
      .filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md')
      .map((file) => `${name}/${file}`),
  );
}
