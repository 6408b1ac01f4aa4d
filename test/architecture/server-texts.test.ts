import { expect, it } from 'vitest';
import { sourceOf } from './source-files.ts';

const phrases =
  /max number of clients|any password|no password is set|invalid password|slot not served|read commands|instance state changed|script attempted|because of:|allow-oom/i;
const reader = 'packages/core/src/replies/reply-error.ts';

it('one file of core reads more than the first word of an error reply', () => {
  const readers = sourceOf('core').filter(({ text }) => phrases.test(withoutComments(text)));
  expect(readers.map(({ path }) => path)).toEqual([reader]);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
}
