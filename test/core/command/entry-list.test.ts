import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryList } from '../../../packages/core/src/command/entry-list.ts';
import type { Entry } from '../../../packages/core/src/command/entry.ts';
import { entryOf } from './entry-of.ts';

function contents(list: EntryList): Entry[] {
  const forwards: Entry[] = [];
  for (let entry = list.head; entry !== undefined; entry = entry.next) forwards.push(entry);
  const backwards: Entry[] = [];
  for (let entry = list.tail; entry !== undefined; entry = entry.previous) backwards.push(entry);
  expect(backwards.toReversed()).toEqual(forwards);
  expect(list.length).toBe(forwards.length);
  return forwards;
}

describe('a list threaded through its entries', () => {
  test('does what an array does', () => {
    const step = fc.oneof(
      fc.constant({ kind: 'push' as const, at: 0 }),
      fc.constant({ kind: 'shift' as const, at: 0 }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat({ max: 10 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const list = new EntryList();
        const model: Entry[] = [];
        for (const { kind, at } of steps) {
          if (kind === 'push') {
            const entry = entryOf('get', 'a');
            list.push(entry);
            model.push(entry);
          } else if (kind === 'shift') expect(list.shift()).toBe(model.shift());
          else if (model.length > 0) {
            const [entry] = model.splice(at % model.length, 1);
            list.remove(entry as Entry);
            expect(entry).toMatchObject({ next: undefined, previous: undefined });
          }
          expect(contents(list)).toEqual(model);
        }
      }),
    );
  });
});
