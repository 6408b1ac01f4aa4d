import { expect, it } from 'vitest';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';

it.each([
  ['host', 'It belongs to the first argument: createRedisResilience({ host }, options).'],
  ['url', 'Write createRedisResilience(url, options).'],
  ['idlePingMs', 'Write { connection: { idlePingMs } }.'],
  ['credentials', 'Write { connection: { credentials } }.'],
  ['maxWaitMs', 'Write { admission: { maxWaitMs } }.'],
  ['budgetMs', 'Write redisGuard({ budgetMs }).'],
  ['commandTimeout', 'Write { timeoutMs }.'],
])('the option %s, which belongs elsewhere, is refused with the line to write', (name, line) => {
  expect(() => resolveSettings({ [name]: 1 })).toThrow(`The option options.${name} does not exist. ${line}`);
});

it.each<readonly [object, string]>([
  [
    { circuit: false },
    "The option options.circuit is a group of options. Write { circuit: { mode: 'off' } }.",
  ],
  [{ retry: false }, 'The option options.retry is a group of options. Write { retry: { maxRetries: 0 } }.'],
  [{ retry: 3 }, 'The option options.retry is a group of options. Write { retry: { maxRetries } }.'],
  [{ failback: false }, 'Write { failback: { afterMs: false } }.'],
  [{ circuit: true }, 'The option options.circuit must be an object such as { mode, '],
])('a group of options that is given as a switch is refused with the line to write: %j', (options, line) => {
  expect(() => resolveSettings(options)).toThrow(line);
});

it('an option that is only misspelt gets the nearest name', () => {
  expect(() => resolveSettings({ timeoutMS: 1 } as object)).toThrow('Did you mean timeoutMs?');
});
