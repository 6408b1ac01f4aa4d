import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { tellingLine } from '../../packages/cli/src/drill/telling-line.ts';

it('a port that is in use is told by its message, not by a frame of its stack', () => {
  const program = `
    const { createServer } = require('node:http');
    const first = createServer().listen(0, () => createServer().listen(first.address().port));`;
  expect(tellingLine(outputOf(program))).toMatch(/^Error: listen EADDRINUSE: address already in use/);
});

it('a missing module is told by its message', () => {
  expect(tellingLine(outputOf(`require('not-installed')`))).toBe("Error: Cannot find module 'not-installed'");
});

it.each([
  ['ready\nlog: an error of mine\n  code: 17\n}\n', 'log: an error of mine'],
  ['compiled\nlistening on 3000\n\n', 'listening on 3000'],
  ['\n    at main (app.js:1:1)\n', undefined],
])('of %j, the line %j is told', (output, line) => {
  expect(tellingLine(output)).toBe(line);
});

/** Returns the output of a program that fails. */
function outputOf(program: string): string {
  try {
    return execFileSync(process.execPath, ['--eval', program], { stdio: 'pipe' }).toString();
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr);
  }
}
