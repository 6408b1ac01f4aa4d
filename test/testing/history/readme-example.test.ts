import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'packages/testing/README.md'), 'utf8');

it('the example of the README passes, and fails with the defaults of ioredis', () => {
  const example = /^## Check a history$[^]*?^```js\n([^]*?)^```$/m.exec(readme)?.[1] ?? '';
  const defaults = example.replace(/, \{ maxRetriesPerRequest: 0, .* \}\);/, ');');
  expect(defaults).not.toBe(example);
  expect(runOf(example)).toMatchObject({ status: 0 });
  const { status, output } = runOf(defaults);
  expect(status).toBe(1);
  const printed = /^Not linearizable:[^]*?either\.$/m.exec(readme)?.[0] ?? '';
  expect(output.replaceAll(/^ +/gm, '')).toContain(printed.replaceAll(/^ +/gm, ''));
});

function runOf(source: string): { readonly status: number | null; readonly output: string } {
  // The script must be inside the repository, so that Node finds the packages.
  mkdirSync(join(root, 'test/.tsc'), { recursive: true });
  const folder = mkdtempSync(join(root, 'test/.tsc/history-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'example.test.mjs'), source);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--test', folder], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, output: stdout + stderr };
}
