import { describe, expect, it } from 'vitest';
import { error } from '../../packages/doctor/src/finding.ts';
import { redact, secretsOf } from '../../packages/doctor/src/redact.ts';
import { command } from '../../packages/doctor/src/rules/command.ts';
import type { WalkTarget } from '../../packages/doctor/src/target/walk-target.ts';

describe('a command to paste', () => {
  it.each(['127.0.0.1', '::1', 'redis-1.internal', '/var/run/redis.sock', 'app_user', 6379])(
    'shows %s as it is',
    (word) => {
      expect(command`ls -l ${word}`).toBe(`ls -l ${word}`);
    },
  );

  it.each([
    '$(reboot)',
    '`reboot`',
    'a; reboot',
    'a b',
    'a\nreboot',
    'a|b',
    'a>b',
    "a'b",
    'a"b',
    'a\\b',
    '--eval',
    '-x',
    '~root',
    '!!',
    '*',
    '',
    'http://user:hunter2@host',
    'x'.repeat(300),
  ])('does not contain %j', (word) => {
    expect(command`ls -l ${word}; df -h ${'/data'}`).toBe('ls -l VALUE; df -h /data');
  });
});

describe('a finding', () => {
  const target = { login: undefined, sentinelLogin: undefined } as WalkTarget;

  it('masks the password that a credentials function gave', () => {
    const secrets = secretsOf({ target, login: { username: 'app', password: 'to/ken' } });
    const finding = error('auth', 'No.', { reply: 'bad to/ken and to%2Fken', all: ['to/ken'] }, 'try to/ken');
    expect(redact(finding, secrets)).toMatchObject({
      evidence: { reply: 'bad *** and ***', all: ['***'] },
      next: 'try ***',
    });
  });

  it.each(['wrong', 'redis', 'password', 'user'])('keeps its own words if the password is %s', (password) => {
    const secrets = secretsOf({ target, login: { username: 'app', password } });
    const said = ['The password is wrong.', 'redis-cli --user app'] as const;
    const evidence = { reason: 'wrong', user: 'app' };
    expect(redact(error('auth', said[0], evidence, said[1]), secrets)).toMatchObject({
      message: said[0],
      evidence,
      next: said[1],
    });
    expect(redact(error('auth', 'No.', { reply: `no ${password}` }, ''), secrets)).toMatchObject({
      evidence: { reply: 'no ***' },
    });
  });

  it('spells out what a terminal would obey', () => {
    const hostile = 'a\u001B[2J\u009B1mb\r\nc\u202Ed\u0007';
    const finding = redact(error('auth', hostile, { reply: hostile, all: [hostile] }, hostile), []);
    const spelt = String.raw`a\u001b[2J\u009b1mb\u000d\u000ac\u202ed\u0007`;
    expect(finding).toMatchObject({ message: spelt, evidence: { reply: spelt, all: [spelt] }, next: spelt });
  });
});
