import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runHere } from './run-bin.ts';

const folder = join(import.meta.dirname, '../../packages/cli');
const readme = join(folder, 'README.md');

it.each(['doctor', 'drill', 'watch'])(
  'the help of %s names every flag, and stands in the README (UPDATE_README=1 writes it)',
  async (command) => {
    const { stdout: help } = await runHere([command, '--help']);
    const sources = readdirSync(join(folder, 'src', command))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, 'src', command, name), 'utf8'));
    const flags = sources.flatMap((text) =>
      Array.from(
        text.matchAll(/^ {2}'?([a-z-]+)'?: \{ type: '(?:string|boolean)'/gm),
        ([, flag = '']) => flag,
      ),
    );
    expect(flags.length).toBeGreaterThan(2);
    expect(flags.filter((flag) => flag !== 'help' && !help.includes(`--${flag}`))).toEqual([]);
    expect(help).toContain('Exit codes: 0 ');

    const text = readFileSync(readme, 'utf8');
    const block = new RegExp(`(<!-- help ${command} -->\n\n\`\`\`text\n)[^]*?(\`\`\`\n)`);
    expect(text).toMatch(block);
    const written = text.replace(block, (_all, begin: string, end: string) => begin + help + end);
    if (process.env['UPDATE_README'] === '1') writeFileSync(readme, written);
    expect(readFileSync(readme, 'utf8')).toBe(written);
  },
);
