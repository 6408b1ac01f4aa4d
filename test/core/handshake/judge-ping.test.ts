import { expect, it } from 'vitest';
import { judgePing } from '../../../packages/core/src/handshake/proof-error.ts';
import { ErrorReply, type Reply } from '../../../packages/core/src/replies/reply.ts';

it.each<[string, Reply]>([
  ['PONG', 'PONG'],
  [
    'a user who may not PING',
    new ErrorReply("NOPERM User shop has no permissions to run the 'ping' command"),
  ],
  ['PING under another name', new ErrorReply("ERR unknown command 'PING', with args beginning with: ")],
  [
    'PING under another name in Redis 5',
    new ErrorReply('ERR unknown command `PING`, with args beginning with: '),
  ],
  ['a disk that is full', new ErrorReply('MISCONF Redis is configured to save RDB snapshots')],
])('takes %s for a server that serves', (_what, reply) => {
  expect(judgePing(reply)).toBeUndefined();
});

it.each([
  ['loading', 'LOADING Redis is loading the dataset in memory'],
  ['busy', 'BUSY Redis is busy running a script'],
  ['replica-stale', 'MASTERDOWN Link with MASTER is down'],
])('waits for a server that is %s', (cause, message) => {
  expect(judgePing(new ErrorReply(message))).toBe(cause);
});

it.each<[string, Reply | undefined, string]>([
  ['OK', 'OK', 'protocol'],
  ['a number', 1, 'protocol'],
  ['nothing', null, 'protocol'],
  ['no reply', undefined, 'protocol'],
  ['an error of no Redis', new ErrorReply('ERR what do you want?'), 'protocol'],
  ['an error of a POP3 server', new ErrorReply('ERR Unknown command.'), 'protocol'],
  ['NOAUTH', new ErrorReply('NOAUTH Authentication required.'), 'auth'],
  ['DENIED', new ErrorReply('DENIED Redis is running in protected mode'), 'auth'],
])('takes %s for no proof', (_what, reply, reason) => {
  expect(() => judgePing(reply)).toThrow(expect.objectContaining({ name: 'ProofError', reason }));
});
