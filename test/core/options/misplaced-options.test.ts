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

it('an option that is only misspelt gets the nearest name', () => {
  expect(() => resolveSettings({ timeoutMS: 1 } as object)).toThrow('Did you mean timeoutMs?');
});
