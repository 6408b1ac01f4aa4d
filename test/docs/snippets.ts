import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { absentModules } from './absent-modules.ts';
import { allPages, root } from './pages.ts';

const block = /^```(\w+)\n([^]*?)^```$/gm;

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  module: 'nodenext',
  target: 'es2023',
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  types: ['node'],
  outDir: 'out',
  rootDir: 'src',
};

/** A block of code on a page. */
export interface Snippet {
  /** The path of the page, relative to the root of the repository. */
  readonly page: string;
  /** A file name that contains the page and the number of the block: `guides-cache-2`. */
  readonly name: string;
  /** The word after the opening three backticks, such as `js`, `ts`, `sh`, `json` or `yaml`. */
  readonly language: string;
  readonly text: string;
}

/** Returns all code blocks of all pages, including those in languages that are not checked. */
export function printedSnippets(): readonly Snippet[] {
  return allPages().flatMap(({ path, text }) =>
    Array.from(text.matchAll(block), ([, language = '', content = ''], index) => ({
      page: path,
      name: `${path.replaceAll(/^packages\/(docs\/)?|(\/README)?\.md$/g, '').replaceAll(/[^\w]+/g, '-')}-${index + 1}`,
      language,
      text: content,
    })),
  );
}

/** Whether a snippet is code that can be compiled and run. */
export function isCode({ language }: Snippet): boolean {
  return language === 'js' || language === 'ts';
}

/** The folder of compiled snippets. Disposing removes them. */
export interface CompiledSnippets extends Disposable {
  /** The errors of the compiler, one per line; empty if there are none. */
  readonly complaints: string;
  readonly folder: string;
  /** The linter's errors about promises and values that a snippet ignores. */
  lint(): Promise<string>;
  /** The file to run: for JavaScript the snippet itself, for TypeScript the compiled snippet. */
  fileOf(snippet: Snippet): string;
}

/** Writes each snippet into its own file, and compiles all of them at once with strict options. */
export async function compileSnippets(snippets: readonly Snippet[]): Promise<CompiledSnippets> {
  const folder = mkdtempSync(join(tmpdir(), 'snippets-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'src'));
  for (const { name, language, text } of snippets) {
    writeFileSync(join(folder, `src/${name}.m${language}`), text);
  }
  writeFileSync(join(folder, 'src/absent.d.ts'), absentModules);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const rules = join(import.meta.dirname, 'fixtures/snippet-rules.json');
  return {
    complaints: await outputOf([tsc, '--project', folder], folder),
    folder,
    lint: () => outputOf([oxlint, '--type-aware', '--config', rules, 'src'], folder),
    fileOf: ({ name, language }) => join(folder, language === 'ts' ? `out/${name}.mjs` : `src/${name}.mjs`),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** Returns the output of a Node command, even if the command fails. */
async function outputOf(command: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    cwd,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { stdout: string }) => error);
  return stdout;
}
