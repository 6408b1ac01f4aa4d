import { describe, expect, it } from 'vitest';
import { isRefusedForNow, refusalCode } from '../../packages/fallback/src/server-refusal.ts';

describe('a refusal of the server', () => {
  it.each([
    'LOADING Redis is loading the dataset in memory',
    "OOM command not allowed when used memory > 'maxmemory'.",
    "OOM command not allowed when used memory > 'maxmemory'. script: 1a2b, on @user_script:1.",
    "READONLY You can't write against a read only replica.",
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist on disk.',
    'NOREPLICAS Not enough good replicas to write.',
    'CLUSTERDOWN Hash slot not served',
    'MOVED 1 127.0.0.1:7000',
    'NOAUTH Authentication required.',
    'WRONGPASS invalid username-password pair or user is disabled.',
    'ERR max number of clients reached',
    'EXECABORT Transaction discarded because of previous errors.',
  ])('is one that passes: %s', (message) => {
    expect(isRefusedForNow(new Error(message))).toBe(true);
  });

  it.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'ERR value is not an integer or out of range',
    'NOPERM this user has no permissions to run the command',
    'BUSYGROUP Consumer Group name already exists',
    'Unexpected token in JSON',
  ])('is one that stays: %s', (message) => {
    expect(isRefusedForNow(new Error(message))).toBe(false);
  });

  it('is told by its first word, never by the rest', () => {
    expect(refusalCode(new Error('WRONGTYPE Operation against a key'))).toBe('WRONGTYPE');
    expect(refusalCode(new Error('the value of somebody'))).toBe('ERR');
    expect(refusalCode('nothing at all')).toBe('ERR');
  });
});
