import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../../packages/core/src/command/call.ts';
import { CallList } from '../../../packages/core/src/command/pending/call-list.ts';
import { callOf } from './call-of.ts';

function contents(list: CallList): Call[] {
  const forwards: Call[] = [];
  for (let call = list.head; call !== undefined; call = call.next) forwards.push(call);
  const backwards: Call[] = [];
  for (let call = list.tail; call !== undefined; call = call.previous) backwards.push(call);
  expect(backwards.toReversed()).toEqual(forwards);
  expect(list.length).toBe(forwards.length);
  return forwards;
}

describe('a list threaded through its calls', () => {
  it('does what an array does', () => {
    const step = fc.oneof(
      fc.constant({ kind: 'push' as const, at: 0 }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat({ max: 10 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const list = new CallList();
        const model: Call[] = [];
        let named = 0;
        for (const { kind, at } of steps) {
          if (kind === 'push') {
            const call = callOf('get', `key ${named++}`);
            list.push(call);
            model.push(call);
          } else if (model.length > 0) {
            const [call] = model.splice(at % model.length, 1);
            list.remove(call as Call);
            expect(call).toMatchObject({ next: undefined, previous: undefined });
          }
          expect(contents(list)).toEqual(model);
        }
      }),
    );
  });
});
