import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSimulation } from './build-simulation.mjs';
import { mistakes } from './prove/mistakes.ts';
import { editedSource } from './prove/build-with.ts';

interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function simulate(...args: readonly string[]): Output {
  const script = join(import.meta.dirname, 'dist/main.js');
  const env = { ...process.env, NODE_OPTIONS: '' };
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', timeout: 400_000, env });
}

beforeAll(buildSimulation);

it('12 seeds find nothing', { timeout: 400_000 }, () => {
  const { status, stdout } = simulate('--seeds', '12', '--seconds', '20');
  expect({ status, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('12 seeds of 20 s, 0 failed') as string,
  });
});

it('a seed gives the same digest each time', { timeout: 400_000 }, () => {
  const digests = [1, 2].map(
    () => /digest \w{16}/.exec(simulate('--seed', '5', '--seconds', '20').stdout)?.[0],
  );
  expect(digests[0]).toBeDefined();
  expect(digests[1]).toBe(digests[0]);
});

it.each([
  ['a retried SET is not undone by its first copy', '84', '2,3,5'],
  ['nor after a partition in both directions', '204', '1,4,5'],
  ['a client connects again whose old connection breaks meanwhile', '992', '1,2,3,4,5,6'],
  ['writes come back when a replica that runs a script is promoted', '218', '4,5,7,12,13'],
])('%s (seed %s)', { timeout: 400_000 }, (_, seed, faults) => {
  const { status, stdout } = simulate('--seed', seed, '--faults', faults);
  expect({ status, stdout }).toMatchObject({ status: 0 });
});

it('a known mistake is found', { timeout: 400_000 }, () => {
  const { status, stdout } = simulate('--prove', '--mistake', 'retry-after-unknown', '--seeds', '5');
  expect({ status, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/retry-after-unknown +\d+ +ran-twice/) as string,
  });
});

describe('each mistake has its place in the source:', () => {
  it.each(mistakes.map((mistake) => [mistake.name, mistake] as const))('%s', (_, mistake) => {
    for (const { file, replace } of mistake.edits) expect(editedSource(mistake, file)).toContain(replace);
  });
});

it.each([
  ['--seed x', /^--seed takes whole numbers from 1 to 2147483648, not "x"\.\n$/],
  ['--seed 1 --faults 999', /^--faults: seed 1 has the faults 1 to \d+, and no 999\.\n$/],
])('%s is answered with one line and exit code 2', (line, message) => {
  expect(simulate(...line.split(' '))).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(message) as string,
  });
});
