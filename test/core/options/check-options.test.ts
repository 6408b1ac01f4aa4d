import { ConfigurationError } from '@redis-resilience/core';
import { checkCritical, guardPolicyReaders, healthResponderReaders } from '@redis-resilience/core/http';
import { checkArgument, checkOptions, laneOf, resilienceOf } from '@redis-resilience/core/kit';
import { describe, expect, it } from 'vitest';

const readers = { resilience: resilienceOf, ...guardPolicyReaders, ...healthResponderReaders };

function check(options: object): unknown {
  return checkOptions('redisGuard', options, readers as never);
}

describe('checkOptions', () => {
  it('gives back what is right', () => {
    const options = {
      mode: 'reject',
      budgetMs: 200,
      noStore: undefined,
      critical: ['a'],
      paths: { live: '/up' },
    };
    expect(check(options)).toBe(options);
  });

  it.each([
    ['budgetMS', 'The option redisGuard.budgetMS does not exist. Did you mean budgetMs?'],
    ['nostore', 'The option redisGuard.nostore does not exist. Did you mean noStore?'],
    ['resiliense', 'The option redisGuard.resiliense does not exist. Did you mean resilience?'],
  ])('names the nearest right name for %s', (name, message) => {
    expect(() => check({ [name]: 1 })).toThrow(new ConfigurationError(message));
  });

  it('lists the options when no name is near, and shows an object where one is wanted', () => {
    expect(() => check({ q: 1 })).toThrow(/redisGuard\.q does not exist\. There are: .*budgetMs/);
    expect(() => check(5 as never)).toThrow(
      /The options of redisGuard\(\) must be an object such as \{ .*, … \}; given: 5/,
    );
  });

  it.each([
    [{ mode: 'refuse' }, "redisGuard.mode must be one of 'flag', 'reject'"],
    [{ noStore: 1 }, 'redisGuard.noStore must be true or false'],
    [{ budgetMs: 0 }, 'redisGuard.budgetMs must be a number of milliseconds'],
    [{ budgetMs: Number.NaN }, 'redisGuard.budgetMs must be'],
    [{ resilience: {} }, 'redisGuard.resilience must be what createRedisResilience() or protect() returns'],
    [{ critical: [1] }, 'redisGuard.critical must be true, false or a list of connection names'],
    [{ paths: { live: 'up' } }, 'redisGuard.paths.live must be a path that begins with /'],
    [{ paths: { liv: '/up' } }, 'redisGuard.paths.liv does not exist. Did you mean live?'],
  ])('says what is wrong with %j', (options, message) => {
    expect(() => check(options)).toThrow(message);
  });

  it('tells apart a resilience, a client and options', () => {
    expect(() => check({ snapshot() {}, execute() {} })).toThrow('Write redisGuard({ resilience }).');
    expect(() => check({ sendCommand() {} })).toThrow('Write redisGuard({ resilience: protect(client) }).');
    expect(() => check('redis://localhost' as never)).toThrow(ConfigurationError);
    expect(() => check(null as never)).toThrow(ConfigurationError);
  });

  it('shows no credential of a URL that was given in the place of options', () => {
    expect(() => check('redis://ada:secret@localhost' as never)).toThrow(/; given: a string\.$/);
  });
});

describe('checkArgument', () => {
  it('takes what the reader takes, and names the argument otherwise', () => {
    expect(() => checkArgument('requireRedis.lane', 'write', laneOf)).not.toThrow();
    expect(() => checkArgument('requireRedis.lane', 'writes', laneOf)).toThrow(
      new ConfigurationError("The option requireRedis.lane must be one of 'read', 'write'; given: 'writes'."),
    );
  });
});

describe('checkCritical', () => {
  it('takes the names of connections', () => {
    expect(() => checkCritical('redisHealth', true, ['default'])).not.toThrow();
    expect(() => checkCritical('redisHealth', ['sessions'], ['default', 'sessions'])).not.toThrow();
  });

  it('refuses a name that is no connection', () => {
    expect(() => checkCritical('redisHealth', ['sesions'], ['default', 'sessions'])).toThrow(
      new ConfigurationError(
        'The option redisHealth.critical names sesions, but no connection has that name; known: default, sessions. Did you mean sessions?',
      ),
    );
  });
});
