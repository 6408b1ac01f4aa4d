import { expect, it } from 'vitest';
import { runBin } from './run-bin.ts';

it.each([
  [['doctor', '--formt', 'json'], '--format'],
  [['drill', '--alow-host', 'a', '--', 'node', 'server.js'], '--allow-host'],
  [['watch', '--interva', '5'], '--interval'],
])('names the nearest flag: %j', async (args, meant) => {
  const { code, stderr } = await runBin(args);
  expect(code).toBe(2);
  expect(stderr).toContain(`Did you mean ${meant}? Try --help.`);
});

it('names the nearest command', async () => {
  const { code, stderr } = await runBin(['dril', '--', 'node', 'server.js']);
  expect(code).toBe(2);
  expect(stderr).toContain("There is no command 'dril'. Did you mean drill? Try --help.");
});

it.each([['-p', '6379'], ['--host', 'localhost'], ['--tls']])(
  'the doctor asks for a URL in place of %s, as redis-cli has it',
  async (...option) => {
    const { code, stderr } = await runBin(['doctor', ...option]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'Write a URL in its place: redis://user:password@host:port/db, or rediss:// for TLS.',
    );
  },
);

it.each(['--version', '-v', '-V'])('prints the version: %s', async (flag) => {
  const { code, stdout } = await runBin([flag]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/)]);
});
