import { spawnSync } from 'node:child_process';
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
