import { describe, expect, it } from 'vitest';
import { argumentRule } from '../../../packages/core/src/catalogue/arguments/argument-rules.ts';
import { traitsOf, traitsOfCall } from '../../../packages/core/src/catalogue/command-traits.ts';
import { knownCommands } from './known-commands.ts';

describe('the traits of a command', () => {
  it('are one frozen object per name, whichever way it is spelt', () => {
    const traits = traitsOf('get');
    expect(Object.isFrozen(traits)).toBe(true);
    expect(traitsOf('get')).toBe(traits);
    expect(traitsOf('GET')).toBe(traits);
    expect(traitsOf('GeT')).toBe(traits);
    expect(traitsOf('GeT')).toBe(traits);
  });

  it.each([
    ['get', 'ordinary'],
    ['set', 'ordinary'],
    ['del', 'ordinary'],
    ['eval', 'ordinary'],
    ['publish', 'ordinary'],
    ['ping', 'ordinary'],
    ['config', 'ordinary'],
    ['blpop', 'blocking'],
    ['xread', 'blocking'],
    ['xreadgroup', 'blocking'],
    ['wait', 'blocking'],
    ['subscribe', 'subscribe'],
    ['psubscribe', 'subscribe'],
    ['ssubscribe', 'subscribe'],
    ['unsubscribe', 'unsubscribe'],
    ['punsubscribe', 'unsubscribe'],
    ['sunsubscribe', 'unsubscribe'],
    ['auth', 'connection'],
    ['hello', 'connection'],
    ['select', 'connection'],
    ['client', 'connection'],
    ['reset', 'connection'],
    ['asking', 'connection'],
    ['readonly', 'connection'],
    ['readwrite', 'connection'],
    ['quit', 'connection'],
    ['monitor', 'connection'],
    ['sync', 'connection'],
    ['psync', 'connection'],
    ['multi', 'transaction'],
    ['exec', 'transaction'],
    ['discard', 'transaction'],
    ['watch', 'transaction'],
    ['unwatch', 'transaction'],
    ['shutdown', 'shutdown'],
    ['bogus', 'unknown'],
  ] as const)('say that %s is %s', (name, kind) => {
    expect(traitsOf(name).kind).toBe(kind);
    expect(traitsOf(name).ordinary).toBe(kind === 'ordinary');
  });

  it.each([
    ['publish', 'read'],
    ['subscribe', 'read'],
    ['ping', 'read'],
    ['info', 'read'],
    ['eval', 'write'],
    ['evalsha', 'write'],
    ['fcall', 'write'],
    ['eval_ro', 'read'],
    ['evalsha_ro', 'read'],
    ['fcall_ro', 'read'],
    ['exec', 'write'],
    ['multi', 'read'],
    ['watch', 'read'],
    ['json.get', 'read'],
    ['json.set', 'write'],
    ['bogus', 'write'],
  ] as const)('send %s through the %s lane', (name, lane) => {
    expect(traitsOf(name).lane).toBe(lane);
  });

  it.each([
    ['del', true],
    ['unlink', true],
    ['expire', true],
    ['lpop', true],
    ['hdel', true],
    ['eval', true],
    ['set', false],
    ['incr', false],
    ['lpush', false],
    ['get', false],
    ['bogus', false],
  ] as const)('know whether a full server takes the write %s: %s', (name, frees) => {
    expect(traitsOf(name).frees).toBe(frees);
  });

  it('name the commands that run a script', () => {
    const scripts = knownCommands.filter((name) => traitsOf(name).script);
    expect(scripts.toSorted()).toEqual(['eval', 'eval_ro', 'evalsha', 'evalsha_ro', 'fcall', 'fcall_ro']);
  });

  it('take an unknown command for the worst', () => {
    expect(traitsOf('MY.thing')).toEqual({
      name: 'my.thing',
      lane: 'write',
      kind: 'unknown',
      ordinary: false,
      frees: false,
      script: false,
      container: false,
      effect: 'never',
    });
    expect(traitsOf('__proto__').effect).toBe('never');
  });

  it.each([
    ['My.Thing-2|x:y', 'my.thing-2|x:y'],
    ['a'.repeat(80), 'a'.repeat(80)],
    ['a'.repeat(81), 'an-odd-name'],
    ['set key value', 'an-odd-name'],
    ['', 'an-odd-name'],
  ])('show %j, which no command is called, as %s', (name, shown) => {
    expect(traitsOf(name).name).toBe(shown);
  });

  it('are those of the subcommand when the call is known', () => {
    expect(traitsOfCall('config', ['GET', 'x']).name).toBe('config|get');
    expect(traitsOfCall('CLIENT', ['id'])).toMatchObject({ kind: 'ordinary', ordinary: true });
    expect(traitsOfCall('client', ['REPLY', 'OFF'])).toMatchObject({ kind: 'connection', ordinary: false });
    expect(traitsOfCall('function', ['list']).lane).toBe('read');
    expect(traitsOfCall('function', ['load', 'x']).lane).toBe('write');
    expect(traitsOfCall('xgroup', ['destroy', 's', 'g']).frees).toBe(true);
    expect(traitsOfCall('xgroup', ['bogus'])).toMatchObject({
      lane: 'write',
      kind: 'unknown',
      effect: 'never',
    });
    expect(traitsOfCall('config', [])).toBe(traitsOf('config'));
    expect(traitsOfCall('get', ['k'])).toBe(traitsOf('get'));
  });

  it('stay few, however many names are asked for', () => {
    for (const [length, isRemembered] of [
      [80, true],
      [81, false],
    ] as const)
      expect(traitsOf('b'.repeat(length)) === traitsOf('b'.repeat(length))).toBe(isRemembered);
    const remembered = traitsOf('foreign.0');
    for (let n = 1; n < 5_000; n++) traitsOf(`foreign.${n}`);
    expect(traitsOf('foreign.0')).toBe(remembered);
    expect(traitsOf('foreign.4999')).not.toBe(traitsOf('foreign.4999'));
    expect(traitsOf('foreign.4999').effect).toBe('never');
  });
});

describe('the command table', () => {
  it('names each command once', () => {
    expect(new Set(knownCommands).size).toBe(knownCommands.length);
  });

  it('has a rule for each command that depends on its arguments, and for no other', () => {
    const byArguments = (name: string) => effectOf(name) === 'by-arguments';
    for (const name of knownCommands)
      expect([name, argumentRule(name) !== undefined]).toEqual([name, byArguments(name)]);
  });

  it('has every subcommand under a container', () => {
    for (const name of knownCommands.filter((known) => known.includes('|'))) {
      expect([name, traitsOf(name.split('|')[0] ?? '').container]).toEqual([name, true]);
    }
  });
});

function effectOf(name: string): string {
  const [container = '', subcommand] = name.split('|');
  return traitsOfCall(container, subcommand === undefined ? [] : [subcommand]).effect;
}
