import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { transformSync } from 'esbuild';

type Exports = Record<string, unknown>;
type Require = (name: string) => unknown;
type Body = (exports: Exports, require: Require, module: { exports: Exports }) => void;

/** The loaded modules of one mutant, by path. */
export type Modules = Map<string, Exports>;

/** Loads TypeScript files without a bundler; each file is compiled once, and executed once for each mutant. */
export class ModuleLoader {
  readonly #requirePackage: NodeJS.Require;
  readonly #replaced: ReadonlyMap<string, unknown>;
  readonly #bodies = new Map<string, Body>();
  readonly #changed = new Map<string, Body>();

  /** Packages are resolved as for a file in `folder`, except those in `replaced`. */
  constructor(folder: string, replaced: ReadonlyMap<string, unknown>) {
    this.#requirePackage = createRequire(join(folder, 'any.js'));
    this.#replaced = replaced;
  }

  /** Replaces the source code of a file; `undefined` restores the original. */
  change(path: string, source: string | undefined): void {
    if (source === undefined) this.#changed.delete(path);
    else this.#changed.set(path, compile(path, source));
  }

  package(name: string): unknown {
    return this.#replaced.get(name) ?? this.#requirePackage(name);
  }

  load(path: string, modules: Modules): Exports {
    const known = modules.get(path);
    if (known !== undefined) return known;
    const module = { exports: {} as Exports };
    modules.set(path, module.exports);
    const require: Require = (name) =>
      name.startsWith('.') ? this.load(join(dirname(path), name), modules) : this.package(name);
    this.#bodyOf(path)(module.exports, require, module);
    modules.set(path, module.exports);
    return module.exports;
  }

  #bodyOf(path: string): Body {
    const changed = this.#changed.get(path);
    if (changed !== undefined) return changed;
    const known = this.#bodies.get(path) ?? compile(path, readFileSync(path, 'utf8'));
    this.#bodies.set(path, known);
    return known;
  }
}

function compile(path: string, source: string): Body {
  const { code } = transformSync(source, {
    loader: 'ts',
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(path).href) },
  });
  const script = new Script(`(function (exports, require, module) {${code}\n})`, { filename: path });
  return script.runInThisContext() as Body;
}
