import { describe, expect, it } from 'vitest';
import { classifyReply, redirectionOf } from '../../../packages/core/src/replies/reply-error.ts';

const refused = { cause: undefined, outcome: 'refused', circuit: 'success', scope: 'command' };
const away = { outcome: 'not-applied', circuit: 'failure' };

// Errors that cannot be provoked on loopback, and errors of other versions; reply-error-writes, -server and
// -cluster contain those that a real Redis 7.0.15 produces.
describe('an error answer', () => {
  it.each([
    ['MISCONF Errors writing to the AOF file: No space left on device', { ...away, cause: 'persistence' }],
    ['BUSY Redis is busy running a module command.', { ...away, cause: 'busy', scope: 'server' }],
    ['CLUSTERDOWN The cluster is down', { ...away, cause: 'cluster-down', scope: 'server' }],
    ['ERR max number of clients + cluster connections reached', { ...away, cause: 'max-clients' }],
    ['DENIED Redis is running in protected mode because', { ...away, cause: 'auth', scope: 'connection' }],
    [
      'REDIRECT 127.0.0.1:6380',
      { cause: undefined, outcome: 'not-applied', circuit: 'ignored', scope: 'command' },
    ],
    ['LOADING Redis is loading the dataset in memory', { ...away, cause: 'loading', scope: 'server' }],
    [
      'MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to no.',
      { ...away, cause: 'replica-stale', scope: 'server' },
    ],
    [
      "READONLY You can't write against a read only replica.",
      { ...away, cause: 'read-only', scope: 'write-lane' },
    ],
    [
      "OOM command not allowed when used memory > 'maxmemory'.",
      { ...away, cause: 'out-of-memory', scope: 'write-lane' },
    ],
    [
      'NOREPLICAS Not enough good replicas to write.',
      { ...away, cause: 'too-few-replicas', scope: 'write-lane' },
    ],
    [
      'TRYAGAIN Multiple keys request during rehashing of slot',
      { ...away, cause: 'cluster-down', scope: 'command' },
    ],
    [
      "NOPERM this user has no permissions to run the 'get' command",
      { cause: 'auth', outcome: 'refused', circuit: 'success', scope: 'command' },
    ],
    [
      'EXECABORT Transaction discarded because of previous errors.',
      { code: 'EXECABORT', cause: undefined, outcome: 'refused', circuit: 'ignored', scope: 'command' },
    ],
    [
      'ERR Script attempted to execute a write command while the cluster is down and readonly script: f, on @user_function:3.',
      { cause: 'cluster-down', outcome: 'refused', circuit: 'failure', scope: 'write-lane' },
    ],
    ['NOAUTH Authentication required.', { ...away, cause: 'auth', scope: 'connection' }],
    [
      'WRONGPASS invalid username-password pair or user is disabled.',
      { cause: 'auth', outcome: 'refused', circuit: 'success', scope: 'connection' },
    ],
    ['ERR invalid password', { cause: 'auth', outcome: 'refused', circuit: 'success', scope: 'connection' }],
    [
      'ERR Client sent AUTH, but no password is set',
      { cause: 'auth', outcome: 'refused', scope: 'connection' },
    ],
    [
      'ERR Script attempted to execute a command while the cluster is down script: f, on @user_function:3.',
      { cause: 'cluster-down', outcome: 'refused', circuit: 'failure', scope: 'server' },
    ],
    ['UNBLOCKED the stream key no longer exists', refused],
    ['NOGROUP the consumer group this client was blocked on no longer exists', refused],
    ['INPROG Failover already in progress', refused],
    ['IOERR error or timeout writing to target instance', refused],
    ['NOMASTERLINK', { ...refused, code: 'NOMASTERLINK' }],
    [
      "-READONLY You can't write against a read only replica.",
      { ...away, code: 'READONLY', cause: 'read-only' },
    ],
  ])('has its verdict: %s', (message, verdict) => {
    expect(classifyReply(message)).toMatchObject(verdict);
  });

  it.each([
    '',
    'wrong',
    'Wrong number',
    'busy',
    'MAXIMUM!',
    'LOADINGX soon',
    'LOADING: soon',
    'ERR LOADING',
    'ERR',
  ])('is a mistake of the caller when it says "%s"', (message) => {
    expect(classifyReply(message)).toMatchObject(refused);
  });

  it.each(['', 'wrong number', 'busy', 'LOADING: soon'])(
    'has the code ERR when it begins with no code: "%s"',
    (message) => {
      expect(classifyReply(message).code).toBe('ERR');
    },
  );

  it('has a frozen verdict, the same one for the same trouble', () => {
    const verdict = classifyReply('LOADING Redis is loading the dataset in memory');
    expect(Object.isFrozen(verdict)).toBe(true);
    expect(classifyReply('LOADING')).toBe(verdict);
  });
});

describe('an error answer of Redis 6 to a script', () => {
  const script = (inner: string) =>
    `ERR Error running script (call to f_0a): @user_script:1: @user_script: 1: ${inner}`;

  it.each([
    [
      "-READONLY You can't write against a read only replica.",
      { ...away, code: 'READONLY', cause: 'read-only' },
    ],
    ['-MISCONF Redis is configured to save RDB snapshots', { ...away, cause: 'persistence' }],
    [
      "-OOM command not allowed when used memory > 'maxmemory'.",
      { cause: 'out-of-memory', outcome: 'refused', circuit: 'failure', scope: 'write-lane' },
    ],
    ['-WRONGTYPE Operation against a key', { ...refused, code: 'WRONGTYPE' }],
    ["user_script:1: attempt to index a nil value (global 'x')", { ...refused, code: 'ERR' }],
  ])('is read through its wrapping: %s', (inner, verdict) => {
    expect(classifyReply(script(inner))).toMatchObject(verdict);
  });
});

describe('an error answer to a script that never began', () => {
  it.each([
    [
      "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'",
      'out-of-memory',
    ],
    ['READONLY Can not run script with write flag on readonly replica', 'read-only'],
    [
      "MISCONF Redis is configured to persist data to AOF, but it's currently unable to persist to disk.",
      'persistence',
    ],
    ["MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and", 'replica-stale'],
    ['BUSY Redis is busy running a script.', 'busy'],
    ['LOADING Redis is loading the dataset in memory', 'loading'],
  ])('proves that nothing was applied: %s', (message, cause) => {
    expect(classifyReply(message, true)).toMatchObject({ ...away, cause });
  });
});

describe('an aborted transaction', () => {
  it.each([
    ["READONLY You can't write against a read only replica.", { ...away, cause: 'read-only' }],
    ['NOREPLICAS Not enough good replicas to write.', { ...away, cause: 'too-few-replicas' }],
    ['LOADING Redis is loading the dataset in memory', { ...away, cause: 'loading' }],
    [
      "NOPERM this user has no permissions to run the 'set' command",
      { outcome: 'refused', circuit: 'success' },
    ],
  ])('is judged by its reason: %s', (reason, verdict) => {
    const message = `EXECABORT Transaction discarded because of: ${reason}`;
    expect(classifyReply(message)).toMatchObject({ ...verdict, code: 'EXECABORT' });
  });
});

it.each([
  ['MOVED 3999 127.0.0.1:6381', 'moved'],
  ['ASK 3999 127.0.0.1:6381', 'ask'],
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'try-again'],
  ['CLUSTERDOWN The cluster is down', 'down'],
  ['ERR unknown command', undefined],
])('the reply of a node that does not serve a command says what to do: %s', (message, redirection) => {
  expect(redirectionOf(message)).toBe(redirection);
});
