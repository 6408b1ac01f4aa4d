import { createRedisResilience, ConfigurationError } from '@redis-resilience/core';
import { parseTarget } from '@redis-resilience/core/protocol';
import { inspect } from 'node:util';
import { checkPrinted, Finding, secretMark } from './finding.js';
import { pick } from './resp-grammar.js';

const values: readonly unknown[] = [
  undefined, null, true, false, 0, 1, -1, 0.5, 1e9, 2 ** 31, Number.NaN, Infinity, 5n, '', 'idle', 'primary',
  `${secretMark}a:b@c`, Symbol('s'), [], [1], {}, { a: 1 }, Object.create(null), () => 1, new Date(0), /x/, Buffer.from('x'),
  new Proxy({}, {}), { toString: 1 }, new Map(),
]; // prettier-ignore
const groups = ['admission', 'circuit', 'retry', 'connection'];
const names = [
  'timeoutMs', 'slowCommandMs', 'logger', 'clock', 'random', 'maxWaitMs', 'maxWaiting', 'mode', 'failureRatio',
  'windowMs', 'maxRetries', 'categories', 'integrity', 'maxReplyBytes', 'credentials', 'role', 'password', '__proto__', 'constructor',
]; // prettier-ignore
const schemes = [
  'redis://',
  'rediss://',
  'unix://',
  'redis+sentinel://',
  'redis+cluster://',
  'http://',
  ' redis://',
  '\nredis://',
  '',
];
const pieces = [
  'localhost',
  '127.0.0.1',
  '[::1]',
  ':',
  '@',
  '/',
  '?',
  '#',
  '%',
  '%00',
  '%zz',
  '\n',
  '\t',
  ' ',
  ',',
  '99999',
  '6379',
  'db=',
  'x',
  '..',
  '\u202e',
];

/** Passes invalid options and URLs of all kinds to the factories; resolves with the number of calls. */
export async function fuzzOptions(random: () => number): Promise<number> {
  for (let tries = 0; tries < 300; tries++) {
    const group = pick(random, groups);
    const options = {
      [pick(random, names)]: pick(random, values),
      [group]: random() < 0.3 ? pick(random, values) : { [pick(random, names)]: pick(random, values) },
    };
    await refusedOrMade(() =>
      createRedisResilience({ lazyConnect: true, port: 1 }, { logger: false, ...options }),
    );
    const url = urlOf(random);
    await refusedOrMade(() => parseTarget(url));
    await refusedOrMade(() =>
      createRedisResilience(pick(random, [url, ...values]) as string, { logger: false }),
    );
  }
  return 900;
}

function urlOf(random: () => number): string {
  const login = random() < 0.7 ? `${pick(random, ['', 'user'])}:${secretMark}${pick(random, pieces)}@` : '';
  const rest = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(random, pieces)).join('');
  return pick(random, schemes) + login + rest;
}

/**
 * Expects that a factory either throws an error of this project without secrets, or returns an object that
 * can be closed.
 */
async function refusedOrMade(make: () => unknown): Promise<void> {
  let made: unknown;
  try {
    made = make();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw new Finding(`An option led to ${String(error)}`);
    checkPrinted('The refusal of an option', inspect(error));
    return;
  }
  if (typeof made !== 'object' || made === null || !('close' in made)) return;
  checkPrinted('A printed resilience', inspect(made));
  checkPrinted('A resilience in JSON', JSON.stringify(made));
  await (made as { close(options: object): Promise<void> }).close({ drainMs: 0 });
}
