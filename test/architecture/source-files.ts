import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** One source file of a package, and what it imports. */
export interface SourceFile {
  /** The path of the file, relative to the root of the repository. */
  readonly path: string;
  readonly name: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** The name of a package; for a file of the same package, its path relative to `src`. */
  readonly from: string;
  readonly typeOnly: boolean;
}

const root = dirname(dirname(import.meta.dirname));
const statement = /^(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?'([^']+)'/gm;
const expression = /\bimport\('([^']+)'\)/g;

/** The names of all packages, which are also the names of their folders. */
export const packageNames: readonly string[] = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'src')),
);

/** Returns the names of the packages that the manifest of a package lists as dependencies. */
export function declaredBy(packageName: string): readonly string[] {
  const manifest = JSON.parse(
    readFileSync(join(root, 'packages', packageName, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'peerDependencies', Record<string, string> | undefined>;
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
}

/** Returns the source files of a package, or of one of its folders. */
export function sourceOf(packageName: string, folder = ''): readonly SourceFile[] {
  const source = join(root, 'packages', packageName, 'src');
  const files = readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => {
      const path = join(source, folder, file);
      const text = readFileSync(path, 'utf8');
      return {
        path: relative(root, path),
        name: basename(path),
        text,
        imports: importsOf(text, path, source),
      };
    });
}

function importsOf(text: string, path: string, source: string): Import[] {
  const statements = Array.from(text.matchAll(statement), ([, type, from = '']) => ({
    from,
    typeOnly: type !== undefined,
  }));
  const expressions = Array.from(text.matchAll(expression), ([, from = '']) => ({ from, typeOnly: false }));
  return [...statements, ...expressions].map(({ from, typeOnly }) => ({
    from: from.startsWith('.') ? relative(source, join(dirname(path), from)) : from,
    typeOnly,
  }));
}
