import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutants.js';

const file = fileURLToPath(new URL('../../mutation/survivors.md', import.meta.url));

/** How a mutant is named in survivors.md. */
export function nameOf({ file: path, before, after }: Mutant): string {
  return `\`${path}\`: \`${before}\` → \`${after}\``;
}

/** Tells whether survivors.md says why a mutant survives. */
export function readExplanations(): (mutant: Mutant) => boolean {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return (mutant) => text.includes(nameOf(mutant));
}
