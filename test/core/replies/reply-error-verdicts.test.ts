import { describe, expect, it } from 'vitest';
import { classifyReply, type ReplyVerdict } from '../../../packages/core/src/replies/reply-error.ts';

type Row = readonly [message: string, verdict: Partial<ReplyVerdict>];

const away = { outcome: 'not-applied', circuit: 'failure' } as const;
const refused = { outcome: 'refused', circuit: 'success' } as const;
const elsewhere = {
  cause: undefined,
  outcome: 'not-applied',
  circuit: 'ignored',
  scope: 'command',
} as const;

const byCode: readonly Row[] = [
  ['LOADING', { ...away, cause: 'loading', scope: 'server' }],
  ['BUSY', { ...away, cause: 'busy', scope: 'server' }],
  ['MASTERDOWN', { ...away, cause: 'replica-stale', scope: 'server' }],
  ['CLUSTERDOWN', { ...away, cause: 'cluster-down', scope: 'server' }],
  ['TRYAGAIN', { ...away, cause: 'cluster-down', scope: 'command' }],
  ['READONLY', { ...away, cause: 'read-only', scope: 'write-lane' }],
  ['OOM', { ...away, cause: 'out-of-memory', scope: 'write-lane' }],
  ['MISCONF', { ...away, cause: 'persistence', scope: 'write-lane' }],
  ['NOREPLICAS', { ...away, cause: 'too-few-replicas', scope: 'write-lane' }],
  ['NOAUTH', { ...away, cause: 'auth', scope: 'connection' }],
  ['DENIED', { ...away, cause: 'auth', scope: 'connection' }],
  ['WRONGPASS', { ...refused, cause: 'auth', scope: 'connection' }],
  ['NOPERM', { ...refused, cause: 'auth', scope: 'command' }],
  ['MOVED', elsewhere],
  ['ASK', elsewhere],
  ['REDIRECT', elsewhere],
  ['WRONGTYPE', { ...refused, cause: undefined, scope: 'command' }],
  ['UNBLOCKED', { ...refused, cause: undefined, scope: 'command' }],
];

const byText: readonly Row[] = [
  [
    'CLUSTERDOWN Hash slot not served',
    { ...away, code: 'CLUSTERDOWN', cause: 'cluster-down', scope: 'slot' },
  ],
  [
    'CLUSTERDOWN The cluster is down and only accepts read commands',
    { ...away, code: 'CLUSTERDOWN', cause: 'cluster-down', scope: 'write-lane' },
  ],
  [
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    { ...away, code: 'UNBLOCKED', cause: 'read-only', scope: 'write-lane' },
  ],
  ['ERR max number of clients reached', { ...away, code: 'ERR', cause: 'max-clients', scope: 'connection' }],
  ['ERR invalid password', { ...refused, code: 'ERR', cause: 'auth', scope: 'connection' }],
  [
    'ERR Script attempted to execute a write command while the cluster is down and readonly',
    { code: 'ERR', cause: 'cluster-down', outcome: 'refused', circuit: 'failure', scope: 'write-lane' },
  ],
  [
    'ERR Script attempted to execute a command while the cluster is down',
    { code: 'ERR', cause: 'cluster-down', outcome: 'refused', circuit: 'failure', scope: 'server' },
  ],
  ['ERR syntax error', { ...refused, code: 'ERR', cause: undefined, scope: 'command' }],
  [
    // EXECABORT itself has no cause: the error replies to the queued commands tell why the transaction failed.
    'EXECABORT Transaction discarded because of previous errors.',
    { code: 'EXECABORT', cause: undefined, outcome: 'refused', circuit: 'ignored', scope: 'command' },
  ],
];

describe('the verdict on an error answer', () => {
  it.each(byCode)('follows from its code: %s', (code, verdict) => {
    expect(classifyReply(`${code} and some words`)).toEqual({ code, ...verdict });
  });

  it.each(byText)('follows from its text: %s', (message, verdict) => {
    expect(classifyReply(message)).toEqual(verdict);
  });

  it('is of a plain command unless a script is named', () => {
    const message = "OOM command not allowed when used memory > 'maxmemory'.";
    expect(classifyReply(message).outcome).toBe('not-applied');
    expect(classifyReply(message, true)).toEqual({
      code: 'OOM',
      cause: 'out-of-memory',
      outcome: 'refused',
      circuit: 'failure',
      scope: 'write-lane',
    });
  });
});
