import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

it('every package declares what a strict application with the ioredis it has can use', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '--project', 'test/declarations'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  // The compiler also reports errors in the declarations of other packages, which do not count.
  const ours = stdout.split('\n').filter((line) => /^(packages|test)\//.test(line));
  expect(ours).toEqual([]);
});

const packages = join(root, 'packages');
const declarations = readdirSync(packages, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^\w[\w-]*\/dist\/.*\.d\.c?ts$/.test(file),
);

function declaring(pattern: RegExp): readonly string[] {
  expect(declarations.length).toBeGreaterThan(100);
  return declarations.filter((file) => pattern.test(readFileSync(join(packages, file), 'utf8')));
}

it('no package declares a Buffer with a type argument, which TypeScript before 5.7 refuses', () => {
  expect(declaring(/\b(Buffer|Uint8Array|ArrayBufferView)</)).toEqual([]);
});

it('no package declares a tracing channel of unknown, which the types of Node 26 refuse', () => {
  expect(declaring(/\bTracingChannel(Subscribers|Collection)?<unknown/)).toEqual([]);
});
