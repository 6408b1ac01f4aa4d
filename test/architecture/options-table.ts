import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const packages = join(import.meta.dirname, '..', '..', 'packages');

/** A table about the options of one function or object of a package. */
export interface OptionsTable {
  readonly package: string;
  /** The interfaces whose members are the rows of the table, each with a prefix for the names of the options. */
  readonly interfaces: readonly OptionsInterface[];
  /** The function or object that takes the options; undefined for the options of the package itself. */
  readonly name?: string;
}

/** An interface whose members are options. */
export interface OptionsInterface {
  readonly name: string;
  /** The path of the file within `src` of the package. */
  readonly file: string;
  /** Default: the package of the table. */
  readonly package?: string;
  readonly prefix?: string;
}

/** Returns the path of a package's README. */
export function readmeOf(name: string): string {
  return join(packages, name, 'README.md');
}

const member = /\/\*\*\s*((?:(?!\*\/)[^])*?)\s*\*\/\s*((?:readonly \w+\??:[^;]+;\s*)+)/g;

/**
 * Returns the rows of a table from the docstrings in the source: the names of options in Markdown, and their meaning.
 */
export function rowsOf(table: OptionsTable): readonly { readonly names: string; readonly meaning: string }[] {
  const groups = table.interfaces.map(({ name }) => name);
  return table.interfaces.flatMap(({ name, file, package: owner = table.package, prefix = '' }) => {
    const source = readFileSync(join(packages, owner, 'src', file), 'utf8');
    const body = new RegExp(`interface ${name}\\b[^{]*\\{([^]*?)\\n\\}`).exec(source)?.[1];
    if (body === undefined) throw new Error(`${file} has no interface ${name}`);
    return Array.from(body.matchAll(member), ([, doc = '', declarations = '']) => ({
      names: Array.from(declarations.matchAll(/(?:^|\n\s*)readonly (\w+)\??: (\w*)/g), ([, option, type]) =>
        groups.includes(type ?? '') ? '' : `\`${prefix}${option}\``,
      )
        .filter(Boolean)
        .join(', '),
      meaning: doc
        .replace(/^\*\s*/, '')
        .replace(/(?:\s*\n\s*\*)+\s*/g, ' ')
        .replace(/\.? *@default ([^@]*[^@.\s])\.?/, '. Default: $1.')
        .replace(/ *@example (.*)$/, ' Example: `$1`.')
        .replaceAll('|', '\\|'),
    }));
  });
}

/** Returns the table in Markdown. */
export async function renderTable(table: OptionsTable): Promise<string> {
  const rows = rowsOf(table).map(({ names, meaning }) => `| ${names} | ${meaning} |`);
  const text = ['| option | meaning |', '| --- | --- |', ...rows].join('\n');
  return format(text, { ...(await resolveConfig(readmeOf(table.package))), parser: 'markdown' });
}
