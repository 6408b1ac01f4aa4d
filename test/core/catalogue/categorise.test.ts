import { describe, expect, it } from 'vitest';
import { maySendAgain, maySendAllAgain } from '../../../packages/core/src/catalogue/categorise.ts';
import { traitsOf } from '../../../packages/core/src/catalogue/command-traits.ts';
import { categoryOf } from './category-of.ts';
import { repeatableCalls } from './repeatable-calls.ts';
import { unrepeatableCalls } from './unrepeatable-calls.ts';

const callCases = [...repeatableCalls, ...unrepeatableCalls];

function parse(call: string) {
  const [name = '', ...args] = call.split(' ');
  return { traits: traitsOf(name), args };
}

describe('the category of a call', () => {
  it.each(callCases.map(({ call, category, again }) => [call, category, again] as const))(
    'makes %s a call of the kind %s, to be sent again: %s',
    (call, category, again) => {
      const { traits, args } = parse(call);
      expect(categoryOf(traits, args)).toBe(category);
      expect(maySendAgain(traits, args)).toBe(again);
    },
  );

  it('reads arguments given as numbers and as bytes', () => {
    const set = traitsOf('set');
    expect(categoryOf(set, ['k', 'v', 'PX', 100, Buffer.from('nx')])).toBe('write-checked');
    expect(
      categoryOf(set, [Buffer.from('k'), Buffer.from([255, 0]), new Uint8Array(Buffer.from('GET'))]),
    ).toBe('write-accumulating');
    expect(categoryOf(traitsOf('ltrim'), ['l', 0, 99])).toBe('write-last-wins');
    expect(categoryOf(traitsOf('ltrim'), ['l', 1, -1n])).toBe('write-accumulating');
    expect(categoryOf(traitsOf('config'), [Buffer.from('Get'), 'x'])).toBe('read');
  });

  it.each([
    ['set k v EX 9 NX', 'write-checked'],
    ['set k v PX 9 NX', 'write-checked'],
    ['set k v EXAT 9 NX', 'write-checked'],
    ['set k v PXAT 9 NX', 'write-checked'],
    ['getex k EX 9 BOGUS', 'never'],
    ['getex k PX 9 BOGUS', 'never'],
    ['getex k EXAT 9 BOGUS', 'never'],
    ['getex k PXAT 9 BOGUS', 'never'],
    ['set k v IFEQ x BOGUS', 'never'],
    ['set k v IFNE x BOGUS', 'never'],
    ['set k v IFDEQ x BOGUS', 'never'],
    ['set k v IFDNE x BOGUS', 'never'],
    ['msetex 0 EX 5', 'never'],
    ['georadius k 0 0 1 m WITHHASH STORE d', 'write-last-wins'],
    ['georadius k 0 0 1 m WITHCOORD STORE d', 'write-last-wins'],
    ['georadius k 0 0 1 m WITHDIST STORE d', 'write-last-wins'],
    ['georadius k 0 0 1 m COUNT 3 ANY STORE d', 'write-last-wins'],
    ['sort k BY w* GET # ALPHA DESC ASC STORE d', 'write-last-wins'],
    ['zinterstore d 1 d', 'write-accumulating'],
    ['zunionstore WEIGHTS 1 a WEIGHTS 2', 'write-last-wins'],
    ['zunionstore d 2 a d', 'write-accumulating'],
    ['zdiffstore d 2 d a', 'write-last-wins'],
    ['zdiffstore d 2 a d', 'write-accumulating'],
    ['sort k LIMIT 0 10 STORE d', 'write-last-wins'],
    ['cms.merge d 1 s', 'write-last-wins'],
    ['cms.merge d 0', 'never'],
  ] as const)('reads past the values of an option: %s is %s', (call, category) => {
    const { traits, args } = parse(call);
    expect(categoryOf(traits, args)).toBe(category);
  });

  it('takes an option that is no text for an unknown one', () => {
    expect(categoryOf(traitsOf('set'), ['k', 'v', { NX: true }])).toBe('never');
    expect(categoryOf(traitsOf('set'), ['k', 'v', undefined])).toBe('never');
  });

  it('takes a value for no keyword, however long it is', () => {
    expect(categoryOf(traitsOf('set'), ['NX', 'GET'])).toBe('write-last-wins');
    expect(categoryOf(traitsOf('set'), ['k', 'v', 'x'.repeat(100)])).toBe('never');
  });
});

describe('a category the user gave', () => {
  it('narrows a built-in one', () => {
    const overrides = { set: 'never', get: 'write-accumulating', del: 'write-checked' } as const;
    expect(maySendAgain(traitsOf('set'), ['k', 'v'], overrides)).toBe(false);
    expect(maySendAgain(traitsOf('get'), ['k'], overrides)).toBe(false);
    expect(maySendAgain(traitsOf('del'), ['k'], overrides)).toBe(false);
  });

  it('widens a built-in one, and makes an unknown command known', () => {
    const overrides = { evalsha: 'read', sadd: 'write-last-wins', 'my.get': 'read' } as const;
    expect(maySendAgain(traitsOf('evalsha'), ['0', 0], overrides)).toBe(true);
    expect(maySendAgain(traitsOf('sadd'), ['a', 1], overrides)).toBe(true);
    expect(maySendAgain(traitsOf('MY.GET'), ['a'], overrides)).toBe(true);
    expect(maySendAgain(traitsOf('my.get'), ['a'], overrides)).toBe(true);
  });

  it('names a subcommand before its container', () => {
    const overrides = { xgroup: 'never', 'xgroup|create': 'write-last-wins' } as const;
    expect(maySendAgain(traitsOf('xgroup'), ['CREATE', 's', 'g', '0'], overrides)).toBe(true);
    expect(maySendAgain(traitsOf('xgroup'), ['SETID', 's', 'g', '0'], overrides)).toBe(false);
  });

  it('the category of a user also holds for the wait of a queue worker', () => {
    const wait = ['bull:mails:wait', 'bull:mails:active', 5];
    expect(maySendAgain(traitsOf('brpoplpush'), wait)).toBe(true);
    expect(maySendAgain(traitsOf('brpoplpush'), wait, { brpoplpush: 'never' })).toBe(false);
  });

  it('leaves other commands alone', () => {
    expect(maySendAgain(traitsOf('get'), ['k'], { set: 'never' })).toBe(true);
    expect(maySendAgain(traitsOf('incr'), ['k'], {})).toBe(false);
  });

  it('is not found on the prototype of the options', () => {
    const overrides = Object.create({ get: 'never' }) as Record<string, never>;
    expect(maySendAgain(traitsOf('get'), ['k'], overrides)).toBe(true);
    expect(maySendAgain(traitsOf('constructor'), [], {})).toBe(false);
  });
});

it('a transaction may be sent again when its commands may: MULTI and EXEC do nothing of their own', () => {
  const again = (...calls: readonly string[]): boolean =>
    maySendAllAgain(calls.map((call) => ({ name: parse(call).traits.name, args: parse(call).args })));
  expect(again('multi', 'set a 1', 'exec')).toBe(true);
  expect(again('multi', 'incr a', 'exec')).toBe(false);
  expect(again('set a 1', 'discard')).toBe(false);
});
