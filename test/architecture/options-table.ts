import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const core = join(import.meta.dirname, '..', '..', 'packages', 'core');
export const readme = join(core, 'README.md');

const groups: Readonly<Record<string, string>> = {
  ResilienceOptions: '',
  AdmissionOptions: 'admission.',
  CircuitOptions: 'circuit.',
  RetryOptions: 'retry.',
  ConnectionOptions: 'connection.',
};
const member = /\/\*\*\s*(?:\*\s*)?((?:(?!\*\/)[^])*?)\s*\*\/\s*((?:readonly \w+\?:[^;]+;\s*)+)/g;

/** The options of core as a table in Markdown, from what their source says of them. */
export async function optionsTable(): Promise<string> {
  const source = readFileSync(join(core, 'src', 'options', 'options.ts'), 'utf8');
  const rows = Object.entries(groups).flatMap(([name, prefix]) => {
    const body = new RegExp(`interface ${name} \\{([^]*?)\\n\\}`).exec(source)?.[1];
    if (body === undefined) throw new Error(`options.ts has no interface ${name}`);
    return Array.from(body.matchAll(member), ([, doc = '', declarations = '']) => {
      const options = Array.from(
        declarations.matchAll(/readonly (\w+)\?: (?!\w+Options;)/g),
        ([, option]) => `\`${prefix}${option}\``,
      );
      return `| ${options.join(', ')} | ${doc.replace(/\s*\n\s*\*\s*/g, ' ').replaceAll('|', '\\|')} |`;
    });
  });
  const table = ['| option | meaning |', '| --- | --- |', ...rows].join('\n');
  return format(table, { ...(await resolveConfig(readme)), parser: 'markdown' });
}
