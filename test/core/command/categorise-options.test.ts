import { describe, expect, it } from 'vitest';
import { categoryOf } from '../../../packages/core/src/command/categorise.ts';
import { traitsOf } from '../../../packages/core/src/command/command-traits.ts';

// What follows an option is read as its argument, and what follows that as the next option.
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
  ])('%s is %s', (call, category) => {
    const [name = '', ...args] = call.split(' ');
    expect(categoryOf(traitsOf(name), args)).toBe(category);
  });
});
