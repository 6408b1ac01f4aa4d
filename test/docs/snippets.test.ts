import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { absentModules } from './absent-modules.ts';
import { bookPages, root } from './pages.ts';

const block = /^```(\w+)\n([^]*?)^```$/gm;

const compilerOptions = {
  strict: true,
  module: 'nodenext',
  target: 'es2023',
  noEmit: true,
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  types: ['node'],
};

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = bookPages().flatMap(({ path, text }) =>
  Array.from(text.matchAll(block), ([, language = '', content = '']) => ({
    page: path,
    language,
    text: content,
  })),
);

it('every snippet of the book compiles in a strict application', () => {
  const code = blocks.filter(({ language }) => language === 'ts' || language === 'js');
  expect(code.length).toBeGreaterThan(35);
  mkdirSync(join(root, 'test/.tsc'), { recursive: true });
  const folder = mkdtempSync(join(root, 'test/.tsc/book-'));
  try {
    for (const [index, { page, language, text }] of code.entries()) {
      const name = page.replace('packages/docs/', '').replaceAll('/', '-').replace(/\.md$/, '');
      writeFileSync(join(folder, `${name}-${index}.m${language}`), text);
    }
    writeFileSync(join(folder, 'absent.d.ts'), absentModules);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
    console.log(`${code.length} snippets of the book compile`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('every manifest of the book is YAML, and its probes never let an outage of Redis restart a process', () => {
  const manifests = blocks.filter(({ language }) => language === 'yaml');
  expect(manifests.length).toBeGreaterThan(3);
  for (const { page, text } of manifests) {
    for (const document of parseAllDocuments(text)) {
      expect({ page, errors: document.errors }).toEqual({ page, errors: [] });
    }
    for (const [, path] of text.matchAll(/livenessProbe:\s*\n\s*httpGet: \{ path: (\S+),/g)) {
      expect({ page, path }).toEqual({ page, path: '/livez' });
    }
  }
});
