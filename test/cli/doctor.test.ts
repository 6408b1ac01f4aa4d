import type { Diagnosis } from '@redis-resilience/doctor';
import { freePort, startRedis } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { runBin, runHere } from './run-bin.ts';

describe('redis-resilience doctor', () => {
  it('shows only what the server is, and ends with 0, when all is well', async () => {
    await using server = await startRedis();
    const { code, stdout, stderr } = await runBin(['doctor', server.url]);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+: healthy \(\d+ ms\)$/),
      expect.stringMatching(
        /^ {2}(Redis|Valkey) [\d.]+, primary, round trip \d+\.\d ms, memory \d+\.\d MB without limit$/,
      ),
    ]);
  });

  it('takes REDIS_URL when no URL is given', async () => {
    await using server = await startRedis({ password: 'hunter2' });
    const { code, stdout } = await runBin(['doctor', '--verbose'], { REDIS_URL: server.url });
    expect(code).toBe(0);
    expect(stdout).toContain(String(server.port));
    expect(stdout).not.toContain('hunter2');
  });

  it('takes an address without a scheme', async () => {
    await using server = await startRedis({ password: 'hunter2' });
    const { code, stdout } = await runBin(['doctor', `:hunter2@127.0.0.1:${server.port}/1`]);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('redis://127.0.0.1:'),
    });
  });

  it('says how to write a host and a port', async () => {
    const { code, stderr } = await runBin(['doctor', 'localhost', '6379']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'redis-resilience: doctor takes one URL. Write: localhost:6379\n',
    });
  });

  it('names REDIS_URL when its value is malformed', async () => {
    const { code, stderr } = await runBin(['doctor'], { REDIS_URL: 'localhost:6379' });
    expect(code).toBe(2);
    expect(stderr).toContain(
      'The Redis URL in the environment variable REDIS_URL has no scheme; write redis:// before it.',
    );
  });

  it('ends with 1 and says what is broken, without colour where there is no terminal', async () => {
    const url = `redis://:hunter2@127.0.0.1:${await freePort()}`;
    const { code, stdout } = await runBin(['doctor', url]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/not healthy, 1 error/);
    expect(stdout).toMatch(/^ {2}error {4}connection-refused$/m);
    expect(stdout).toMatch(/next/);
    expect(stdout).not.toContain('\u001B');
    expect(stdout).not.toContain('hunter2');
  });

  it('colours when told to', async () => {
    const { stdout } = await runBin(['doctor', `redis://127.0.0.1:${await freePort()}`], {
      FORCE_COLOR: '1',
    });
    expect(stdout).toContain('\u001B[31m');
  });

  it('writes one JSON object', async () => {
    const { code, stdout } = await runBin(['doctor', `redis://127.0.0.1:${await freePort()}`, '--json']);
    const diagnosis = JSON.parse(stdout) as Diagnosis;
    expect(code).toBe(1);
    expect(diagnosis.healthy).toBe(false);
    expect(diagnosis.findings[0]).toMatchObject({ code: 'connection-refused', severity: 'error' });
    expect(Object.keys(diagnosis.findings[0] ?? {})).toEqual(
      expect.arrayContaining(['code', 'severity', 'message', 'evidence', 'next', 'docs']),
    );
  });

  it('writes markdown for a ticket', async () => {
    const { stdout } = await runBin([
      'doctor',
      `redis://127.0.0.1:${await freePort()}`,
      '--format',
      'markdown',
    ]);
    expect(stdout).toMatch(/^## Redis doctor: `redis:/);
    expect(stdout).toContain('### error: [`connection-refused`]');
  });

  it.each([
    [['doctor', '--nope']],
    [['doctor', 'http://localhost']],
    [['doctor', 'redis://:hunter2@host:port']],
    [['doctor', 'redis://a', 'redis://b']],
    [['doctor', '--timeout', 'soon']],
    [['doctor', '--timeout']],
    [['doctor', '--format', 'xml']],
    [['doctor', '--ca', '/no/such/file', 'rediss://localhost']],
    [['doctor', '--app', 'nonsense']],
    [['nope']],
  ])('refuses %j in one line, with 2', async (args) => {
    const { code, stdout, stderr } = await runHere(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('hunter2');
  });

  it('tells how it is used', async () => {
    expect((await runHere(['--help'])).stdout).toContain('doctor [url]');
    const { code, stdout } = await runBin(['doctor', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes: 0 healthy, 1 a finding is an error, 2 bad usage.');
  });
});
