import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutants.js';

const file = fileURLToPath(new URL('../../mutation/survivors.md', import.meta.url));

/** What survivors.md says. */
export interface Explanations {
  /** Whether survivors.md explains why the mutant survives. */
  has(mutant: Mutant): boolean;
  /**
   * Returns the names of mutants in these files that survivors.md explains, but that tests catch or that no
   * longer exist.
   */
  without(survivors: readonly Mutant[], files: readonly string[]): string[];
}

/** Returns the name of a mutant in survivors.md. */
export function nameOf({ file: path, before, after }: Mutant): string {
  return `\`${path}\`: \`${before}\` → \`${after}\``;
}

export function readExplanations(): Explanations {
  const lines = readFileSync(file, 'utf8').split('\n');
  const named = lines.flatMap((line) => /^- (`([^`]+)`: `.*?` → `.*?`): /.exec(line)?.slice(1, 3) ?? []);
  const names = new Map<string, string>();
  for (let index = 0; index < named.length; index += 2)
    names.set(named[index] as string, named[index + 1] as string);
  return {
    has: (mutant) => names.has(nameOf(mutant)),
    without(survivors, files) {
      const found = new Set(survivors.map(nameOf));
      return [...names]
        .filter(([name, path]) => files.includes(path) && !found.has(name))
        .map(([name]) => name);
    },
  };
}
