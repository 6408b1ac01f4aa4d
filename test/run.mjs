// Runs the tests: `npm test` those of the packages; `npm test -- --all` also those of whole programs, such as the
// examples and the simulation; `npm test -- part/of/a/path` all tests whose path contains that.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const args = process.argv.slice(2);
const rest = args.filter((arg) => arg !== '--all');
const isAll = rest.length < args.length || rest.some((arg) => !arg.startsWith('-'));
const projects = isAll ? [] : ['--project', '!programs'];

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const { status, error } = spawnSync(process.execPath, [vitest, 'run', ...projects, ...rest], {
  cwd: import.meta.dirname,
  stdio: 'inherit',
});
if (error) throw error;
process.exitCode = status ?? 1;
