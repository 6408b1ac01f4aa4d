import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../packages/core/src/errors.ts';
import { defaults, resolveSettings } from '../../../packages/core/src/options/settings.ts';
import {
  booleanOf,
  clockOf,
  countOf,
  durationOf,
  folderOf,
  functionOf,
  nameOf,
  numberOf,
  objectWith,
  oneOf,
  ratioOf,
  textOf,
} from '../../../packages/core/src/options/option-readers.ts';
import { checkKeys, nearest, withDefaults } from '../../../packages/core/src/options/validate-options.ts';

describe('the nearest right name', () => {
  const names = ['timeoutMs', 'slowCommandMs', 'admission', 'circuit', 'retry', 'connection'];
  it.each([
    ['timeout', 'timeoutMs'],
    ['TIMEOUTMS', 'timeoutMs'],
    ['timoutMs', 'timeoutMs'],
    ['slowComandMs', 'slowCommandMs'],
    ['circuits', 'circuit'],
    ['retries', 'retry'],
    ['conection', 'connection'],
    ['zzzzzzzzzzz', undefined],
  ])('is, for %s, %s', (typed, name) => {
    expect(nearest(typed, names)).toBe(name);
  });

  it('is undefined where there are no names', () => {
    expect(nearest('anything', [])).toBeUndefined();
  });
});

describe('a check of options', () => {
  it('names the whole path, what was given and what is allowed', () => {
    const check = (): void => checkKeys({ inner: -1 }, { inner: durationOf(0) }, 'outer');
    expect(check).toThrow(ConfigurationError);
    expect(check).toThrow(/outer\.inner .*from 0 to 2147483647; given: -1\./);
  });

  it('takes no inherited property for an option', () => {
    expect(() => checkKeys({ toString: 1 }, { name: countOf(0) }, 'options')).toThrow(
      /options\.toString does not exist/,
    );
    expect(() => checkKeys(JSON.parse('{"__proto__": 1}'), {}, 'options')).toThrow(ConfigurationError);
  });

  it.each([
    [ratioOf, 0.5, true],
    [ratioOf, 1, true],
    [ratioOf, 0, false],
    [ratioOf, 1.01, false],
    [ratioOf, Number.NaN, false],
    [countOf(1), 1, true],
    [countOf(1), 0, false],
    [countOf(0), 2 ** 53, false],
    [countOf(1, 10), 10, true],
    [countOf(1, 10), 11, false],
    [durationOf(0), 0.5, true],
    [durationOf(0), 2 ** 31, false],
    [oneOf('a', 'b'), 'b', true],
    [oneOf('a', 'b'), 'c', false],
    [numberOf(0, 1), 0, true],
    [numberOf(0, 1), 1, true],
    [numberOf(0, 1), 1.1, false],
    [numberOf(0, 1), Number.NaN, false],
    [nameOf, 'sessions', true],
    [nameOf, '', false],
    [nameOf, 'x'.repeat(101), false],
    [textOf, '', true],
    [textOf, 1, false],
    [folderOf, './outbox', true],
    [folderOf, '', false],
    [booleanOf, false, true],
    [booleanOf, 0, false],
    [functionOf, () => undefined, true],
    [functionOf, {}, false],
    [objectWith('add', 'drain'), { add() {}, drain() {} }, true],
    [objectWith('add', 'drain'), { add() {} }, false],
    [objectWith('add'), null, false],
    [clockOf, { now() {} }, false],
  ] as const)('%o takes %s: %s', (reader, value, isTaken) => {
    const check = (): void => reader(value, 'option');
    if (isTaken) expect(check).not.toThrow();
    else expect(check).toThrow(ConfigurationError);
  });

  it.each([
    ['200', "'200'"],
    ['secret'.repeat(20), 'a string'],
    ['redis://:secret@localhost', 'a string'],
    [{ password: 'secret' }, 'an object with the property password'],
    [{ url: 'secret', password: 'secret' }, 'an object with the property url and others'],
    [{ 'session:secret': 1 }, 'an object'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new AbortController(), 'an instance of AbortController'],
    [{ applyOnce() {} }, 'a resilience'],
    [() => 'secret', 'a function'],
    [Symbol('secret'), 'a value of type symbol'],
    [['secret'], 'an array'],
    [null, 'null'],
  ])('shows of %j only %s', (given, shown) => {
    expect(() => durationOf(0)(given, 'timeoutMs')).toThrow(
      new ConfigurationError(
        `The option timeoutMs must be a number of milliseconds from 0 to 2147483647; given: ${shown}.`,
      ),
    );
  });

  it('leaves the default in place of undefined', () => {
    const options = withDefaults({ ttlMs: 1000, prefix: 'lock:' }, { ttlMs: undefined, prefix: '' });
    expect(options).toEqual({ ttlMs: 1000, prefix: '' });
    expect(withDefaults({ ttlMs: 1000 }, undefined)).toEqual({ ttlMs: 1000 });
  });
});

describe('settings', () => {
  it('are the defaults where no option is given', () => {
    expect(resolveSettings()).toEqual(defaults);
    expect(Object.isFrozen(resolveSettings())).toBe(true);
  });

  it('keep the defaults beside the options that are given', () => {
    const settings = resolveSettings({ admission: { maxWaitMs: 10 }, circuit: { minCalls: 3 } });
    expect(settings.admission).toEqual({ ...defaults.admission, maxWaitMs: 10 });
    expect(settings.circuit).toEqual({ ...defaults.circuit, minCalls: 3 });
  });

  it('never have a longest period that is shorter than the shortest', () => {
    const { connection } = resolveSettings({ connection: { minPeriodMs: 500, maxPeriodMs: 100 } });
    expect(connection).toMatchObject({ minPeriodMs: 500, maxPeriodMs: 500 });
  });
});

describe('a message about an option', () => {
  const url = 'redis://shop:hunter2@localhost';

  it.each([
    ['credentials that are a word', { connection: { credentials: 'hunter2' } }],
    ['a URL as the name of an option', { [url]: 1 }],
    ['a URL as the name of a nested option', { retry: { [url]: 1 } }],
    ['a URL as the name of the resilience', { name: url }],
  ])('shows no password: %s', (_, options) => {
    expect(() => resolveSettings(options as never)).toThrow(ConfigurationError);
    expect(() => resolveSettings(options as never)).not.toThrow(/hunter2/);
  });
});
