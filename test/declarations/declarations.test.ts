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
  // What other people's declarations get wrong is theirs.
  const ours = stdout.split('\n').filter((line) => /^(packages|test)\//.test(line));
  expect(ours).toEqual([]);
});
