import { createRedisResilience } from '@redis-resilience/core';
import { describe, expect, it } from 'vitest';
import { checkDatabases } from '../../../packages/core/src/target/check-databases.ts';
import type { DatabaseTarget } from '../../../packages/core/src/target/resilience-target.ts';

const first: DatabaseTarget = { name: 'first', target: 'redis://one:6379' };
const second: DatabaseTarget = { name: 'second', target: { host: 'two', db: 2, password: 'secret' } };
const sentinels = [{ host: 'watcher', port: 26_379 }];

function refusal(databases: unknown, options: object = {}): unknown {
  try {
    createRedisResilience({ databases } as never, options);
  } catch (error) {
    return error;
  }
  throw new Error('It was not refused.');
}

describe('a list of databases', () => {
  it('gives each database its own options, weight and kind', () => {
    const checked = checkDatabases({ databases: [first, { ...second, weight: 0.5 }] });
    expect(checked).toMatchObject([
      { name: 'first', weight: 1, isReadOnly: false, options: { host: 'one', port: 6379, db: 0 } },
      { name: 'second', weight: 0.5, options: { host: 'two', db: 2, password: 'secret' } },
    ]);
  });

  it.each([
    ['no list', undefined, /databases must be a list/],
    ['an empty list', [], /databases must be a list of at least one/],
    ['an object', { first }, /databases must be a list/],
    ['null among them', [null], /databases\[0\] must be an object/],
    ['a URL among them', ['redis://one'], /databases\[0\] must be an object/],
    ['an object with a url', [{ name: 'first', url: 'redis://one' }], /Write { name: 'first', target: url }/],
    ['a database without a name', [{ target: 'redis://one' }], /databases\[0\]\.name must be a name/],
    ['a database without a target', [{ name: 'first' }], /databases\[0\]\.target must be/],
    ['a misspelt option', [{ ...first, wieght: 1 }], /Did you mean weight/],
    ['two of one name', [first, { ...second, name: 'first' }], /databases\[1\]\.name is that of another/],
    ['a weight that is text', [{ ...first, weight: '2' }], /weight must be a number/],
    ['a weight that is NaN', [{ ...first, weight: Number.NaN }], /weight must be a number/],
    ['an endless weight', [{ ...first, weight: Infinity }], /weight must be a number/],
    ['a negative weight', [{ ...first, weight: -1 }], /weight must be a number/],
    ['readOnly that is text', [first, { ...second, readOnly: 'true' }], /readOnly must be true or false/],
    ['only read-only ones', [{ ...first, readOnly: true }], /All of target\.databases are readOnly/],
    ['a Cluster', [first, { name: 'c', target: { cluster: [6379] } }], /databases\[1\]\.target is a Cluster/],
    ['the URL of a Cluster', [{ name: 'c', target: 'redis+cluster://one' }], /target is a Cluster/],
    ['a list in a list', [{ name: 'l', target: { databases: [first] } }], /target is a list of databases/],
    ['one place twice', [first, { name: 'again', target: { host: 'ONE' } }], /leads to the same place/],
    [
      'one place under two numbers',
      [first, { name: 'x', target: 'redis://one/3' }],
      /leads to the same place/,
    ],
    [
      'localhost under two names',
      [
        { name: 'a', target: 'redis://localhost' },
        { name: 'b', target: 'redis://127.0.0.1:6379' },
      ],
      /leads to the same place/,
    ],
    [
      'one Sentinel group twice',
      [
        { name: 'a', target: { sentinels, name: 'primary' } },
        { name: 'b', target: { sentinels, name: 'primary', db: 1 } },
      ],
      /leads to the same place/,
    ],
    [
      'options of the client in one',
      [first, { name: 'p', target: { host: 'p', keyPrefix: 'x:' } }],
      /keyPrefix/,
    ],
  ])('is refused with %s', (_what, databases, message) => {
    expect(refusal(databases)).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(message),
    });
  });

  it('is refused without showing a credential', () => {
    const twice = [second, { ...second, name: 'again' }];
    expect(String(refusal(twice))).not.toContain('secret');
  });

  it.each([
    ['failover.afterMs', { failover: { afterMs: -1 } }],
    ['failover.openMs', { failover: { openMs: 'soon' } }],
    ['failback.afterMs', { failback: { afterMs: true } }],
    ['Did you mean afterMs', { failback: { after: 1 } }],
  ])('is refused with a wrong option: %s', (message, options) => {
    expect(refusal([first, second], options)).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining(message),
    });
  });

  it('is what failover and failback need', () => {
    const refuse = (): unknown => createRedisResilience('redis://one', { failback: { afterMs: false } });
    expect(refuse).toThrow(/options\.failback needs several databases/);
  });
});
