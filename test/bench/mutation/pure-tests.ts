import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const testFolder = join(root, 'test/core');
const sourceFolder = join(root, 'packages/core/src');

/** Calls that start a server or another process. */
const starts =
  /\b(?:startRedis|startCluster|startSentinel|startProxy|startOddPeer|createServer)\(|node:child_process/;

/** Performance tests, which take longer than all others together. */
const measuring = new Set(['replies/reply-reader.work.test.ts']);

/**
 * Returns the tests of core that need nothing outside their process and import at least one of these files. Paths are
 * relative to test/core.
 */
export function pureTestsOf(files: readonly string[]): string[] {
  const wanted = new Set(files.map((file) => join(sourceFolder, file)));
  const tests = readdirSync(testFolder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.test.ts') && !measuring.has(name),
  );
  return tests.toSorted().filter((name) => {
    const loaded = [...closureOf(join(testFolder, name))];
    const isPure = loaded.every((path) => path.startsWith(sourceFolder) || !starts.test(textOf(path)));
    return isPure && loaded.some((path) => wanted.has(path));
  });
}

/** Returns a file and all files that it imports by path, directly or indirectly. */
function closureOf(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const imported of importsOf(path)) closureOf(imported, found);
  return found;
}

const imports = new Map<string, readonly string[]>();

function importsOf(path: string): readonly string[] {
  const known = imports.get(path);
  if (known !== undefined) return known;
  const names = [...textOf(path).matchAll(/\b(?:from|import\() ?'(\.[^']+\.ts)'/g)].map(
    ([, name]) => name as string,
  );
  const found = names.map((name) => join(dirname(path), name));
  imports.set(path, found);
  return found;
}

const texts = new Map<string, string>();

function textOf(path: string): string {
  const text = texts.get(path) ?? readFileSync(path, 'utf8');
  texts.set(path, text);
  return text;
}

/** Whether a test file has the same base name as a file under packages/core/src. */
export function isOwnTest(test: string, file: string): boolean {
  const name = relative(dirname(file), file).replace(/\.ts$/, '');
  return new RegExp(`/${name}\\.[a-z.-]*test\\.ts$`).test(test);
}
