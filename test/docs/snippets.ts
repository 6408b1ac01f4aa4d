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

/** A block of code as a page prints it. */
export interface Snippet {
  /** The path of the page, relative to the root of the repository. */
  readonly page: string;
  /** A name of a file that says which page and which block it is: `guides-cache-2`. */
  readonly name: string;
  /** The word after the opening three backticks: Such as `js`, `ts`, `sh`, `json` or `yaml`. */
  readonly language: string;
  readonly text: string;
}

/** Every block of every page, with or without a language that can be checked. */
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
  /** What the compiler complains about, one a line; empty when all is well. */
  readonly complaints: string;
  readonly folder: string;
  /** What the linter says of promises and values that a snippet drops. */
  lint(): Promise<string>;
  /** The file to run: a snippet of JavaScript as it is printed, one of TypeScript as it was compiled. */
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
