import { describe, expect, it } from 'vitest';
import {
  cleanupOf,
  leftoversAfter,
  leftoversUnwatched,
  noLeftovers,
  type Cleanup,
  type Leftovers,
} from '../../../packages/core/src/lease/leftovers.ts';

const nothingPending = { calls: 0, blocking: 0 };

describe('what the commands of a lease leave on its connection', () => {
  it.each<[string, string[], Cleanup]>([
    ['GET', ['get key'], { kind: 'none' }],
    ['BLPOP that was answered', ['blpop queue 1'], { kind: 'none' }],
    ['CLIENT ID', ['client id'], { kind: 'none' }],
    ['CLIENT LIST', ['CLIENT LIST'], { kind: 'none' }],
    ['a script', ['eval return 0'], { kind: 'none' }],
    ['WATCH', ['watch key'], { kind: 'undo', commands: [['unwatch']] }],
    ['WATCH in capitals', ['WATCH key'], { kind: 'undo', commands: [['unwatch']] }],
    ['MULTI', ['multi', 'set key 1'], { kind: 'undo', commands: [['discard']] }],
    ['WATCH and MULTI', ['watch key', 'multi'], { kind: 'undo', commands: [['discard']] }],
    ['MULTI and EXEC', ['multi', 'set key 1', 'exec'], { kind: 'none' }],
    ['SELECT', ['select 5'], { kind: 'undo', commands: [['select', '3']] }],
    [
      'SELECT inside MULTI',
      ['multi', 'select 5'],
      { kind: 'undo', commands: [['discard'], ['select', '3']] },
    ],
    ['SUBSCRIBE', ['subscribe news'], { kind: 'drop' }],
    ['SUBSCRIBE and UNSUBSCRIBE', ['subscribe news', 'unsubscribe news'], { kind: 'drop' }],
    ['CLIENT TRACKING', ['client tracking on'], { kind: 'drop' }],
    ['CLIENT NO-EVICT', ['CLIENT No-Evict on'], { kind: 'drop' }],
    ['CLIENT REPLY', ['client reply off'], { kind: 'drop' }],
    ['CLIENT SETNAME', ['client setname me'], { kind: 'drop' }],
    ['AUTH', ['auth password'], { kind: 'drop' }],
    ['HELLO', ['hello 3'], { kind: 'drop' }],
    ['RESET', ['reset'], { kind: 'drop' }],
    ['MONITOR', ['monitor'], { kind: 'drop' }],
    ['READONLY', ['readonly'], { kind: 'drop' }],
    ['SCRIPT DEBUG', ['script debug yes'], { kind: 'drop' }],
    ['QUIT', ['quit'], { kind: 'drop' }],
    ['a command that nobody knows', ['my.command'], { kind: 'drop' }],
    ['a subcommand of CLIENT that nobody knows', ['client later-invention on'], { kind: 'drop' }],
  ])('%s', (_what, commands, cleanup) => {
    expect(cleanupOf(after(...commands), nothingPending, 3)).toEqual(cleanup);
  });

  it('keeps the watch until the server has answered what ends it', () => {
    const left = after('watch key', 'multi', 'exec');

    expect(cleanupOf(left, nothingPending, 0)).toEqual({ kind: 'undo', commands: [['unwatch']] });
    expect(cleanupOf(leftoversUnwatched(left), nothingPending, 0)).toEqual({ kind: 'none' });
  });

  it('is the same object after a command that leaves nothing', () => {
    expect(leftoversAfter(noLeftovers, 'get', ['key'])).toBe(noLeftovers);
  });

  it('of calls that were not awaited is told by a PING behind them', () => {
    expect(cleanupOf(noLeftovers, { calls: 2, blocking: 0 }, 0)).toEqual({
      kind: 'undo',
      commands: [['ping']],
    });
  });

  it('of a blocking call under way is dropped with the connection', () => {
    expect(cleanupOf(noLeftovers, { calls: 1, blocking: 1 }, 0)).toEqual({ kind: 'drop' });
  });
});

function after(...commands: readonly string[]): Leftovers {
  return commands.reduce((left, command) => {
    const [name = '', ...args] = command.split(' ');
    return leftoversAfter(left, name, args);
  }, noLeftovers);
}
