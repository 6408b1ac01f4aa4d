import { describe, expect, it } from 'vitest';
import { traitsOf } from '../../../packages/core/src/catalogue/command-traits.ts';
import { categoryOf } from './category-of.ts';

// In these calls, the word after an option is its argument, and the next word is the next option.
describe('the category of a call with options', () => {
  it.each([
    ['SET k v EX 100 NX', 'write-checked'],
    ['SET k v PX 100 NX', 'write-checked'],
    ['SET k v EXAT 100 NX', 'write-checked'],
    ['SET k v PXAT 100 NX', 'write-checked'],
    ['SET k v IFEQ w GET', 'write-accumulating'],
    ['SET k v IFNE w GET', 'write-accumulating'],
    ['SET k v IFDEQ w GET', 'write-accumulating'],
    ['SET k v IFDNE w GET', 'write-accumulating'],
    ['HSETEX h KEEPTTL FIELDS 1 f v', 'write-last-wins'],
    ['GETEX k EX 100', 'write-last-wins'],
    ['GETEX k PX 100', 'write-last-wins'],
    ['GETEX k EXAT 100', 'write-last-wins'],
    ['GETEX k PXAT 100', 'write-last-wins'],
    ['GETEX k EX 100 BOGUS', 'never'],
    ['GETEX k PX 100 BOGUS', 'never'],
    ['GETEX k EXAT 100 BOGUS', 'never'],
    ['GETEX k PXAT 100 BOGUS', 'never'],
    ['MSETEX 0 NX', 'never'],
    ['XADD s MAXLEN 10 5-1 f v', 'write-checked'],
    ['XADD s MINID ~ 3 5-1 f v', 'write-checked'],
    ['SORT l ASC STORE m', 'write-last-wins'],
    ['SORT l DESC STORE m', 'write-last-wins'],
    ['SORT l LIMIT 0 1 STORE m', 'write-last-wins'],
    ['GEORADIUS g 1 2 3 km COUNT 1 STORE m', 'write-last-wins'],
    ['GEORADIUS g 1 2 3 km COUNT 1 ANY STORE m', 'write-last-wins'],
    ['GEORADIUS g 1 2 3 km WITHCOORD STORE m', 'write-last-wins'],
    ['GEORADIUS g 1 2 3 km WITHHASH STORE m', 'write-last-wins'],
  ])('makes %s a call of the kind %s', (call, category) => {
    expect(categoryOfCall(call)).toBe(category);
  });
});

// A key may be named like an option, such as `weights`. Keys after their number (numkeys) are therefore no options.
describe('the category of a call with counted keys', () => {
  it.each([
    ['ZUNIONSTORE z 0', 'never'],
    ['CMS.MERGE d 0', 'never'],
    ['CMS.MERGE d 1 a', 'write-last-wins'],
    ['CMS.MERGE weights 1 a weights 2', 'write-last-wins'],
    ['TDIGEST.MERGE d 2 override b', 'write-accumulating'],
    ['ZUNIONSTORE weights 1 z weights 2', 'write-last-wins'],
    ['ZINTERSTORE z 2 z x', 'write-accumulating'],
    ['ZRANGESTORE 1 z 1 2', 'write-last-wins'],
    ['GEOSEARCHSTORE FROMMEMBER g FROMMEMBER p BYRADIUS 1 km', 'write-last-wins'],
  ])('%s is %s', (call, category) => {
    expect(categoryOfCall(call)).toBe(category);
  });

  it('takes no word behind the last argument for a source, whatever the destination is called', () => {
    expect(categoryOf(traitsOf('sdiffstore'), ['', 'a', 'b'])).toBe('write-last-wins');
  });
});

describe('the category of a call with numbers', () => {
  it.each([
    ['a big integer', [0, -1n], 'write-last-wins'],
    ['no text at all', ['', -1], 'write-accumulating'],
    ['what only JavaScript takes for one', ['0x0', -1], 'write-accumulating'],
  ] as const)('reads %s as the server does', (_what, range, category) => {
    expect(categoryOf(traitsOf('ltrim'), ['l', ...range])).toBe(category);
  });
});

function categoryOfCall(call: string): string {
  const [name = '', ...args] = call.split(' ');
  return categoryOf(traitsOf(name), args);
}
