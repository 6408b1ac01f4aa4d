import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueQueue, type Due } from '../../../packages/core/src/event-loop/due-queue.ts';

interface Item extends Due {
  readonly name: number;
}

const itself = (item: Item): Item => item;

it('a due queue without items never has one due', () => {
  const queue = new DueQueue(itself);
  expect(queue.nextDueAt).toBe(Infinity);
  expect(queue.due(Number.MAX_VALUE)).toBeUndefined();
  expect(queue.due(Infinity)).toBeUndefined();
});

it('a due queue has an item due at its time, and not before', () => {
  const queue = new DueQueue(itself);
  const item = { name: 1, dueAt: 0, duePlace: -1 };
  queue.add(item, 10);
  expect(queue.due(9.9)).toBeUndefined();
  expect(queue.due(10)).toBe(item);
  expect(queue.due(10)).toBe(item);
});

it('a due queue keeps its items when another one is removed', () => {
  const [queue, other] = [new DueQueue(itself), new DueQueue(itself)];
  const mine = { name: 1, dueAt: 0, duePlace: -1 };
  const foreign = { name: 2, dueAt: 0, duePlace: -1 };
  queue.add(mine, 10);
  other.add(foreign, 10);
  queue.remove(foreign);
  queue.remove({ name: 3, dueAt: 0, duePlace: -1 });
  expect(queue.all()).toEqual([mine]);
  queue.remove(mine);
  queue.remove(mine);
  expect(queue.length).toBe(0);
});

it('a due queue names many items in the order in which they are due', () => {
  const queue = new DueQueue(itself);
  const times = Array.from({ length: 200 }, (_, index) => (index * 7_919) % 1_009);
  for (const [name, dueAt] of times.entries()) queue.add({ name, dueAt: -1, duePlace: -1 }, dueAt);
  const order: number[] = [];
  for (let item = queue.due(2_000); item !== undefined; item = queue.due(2_000)) {
    queue.remove(item);
    order.push(item.dueAt);
  }
  expect(order).toEqual(times.toSorted((left, right) => left - right));
});

it('a due queue does what a sorted list does', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), at: fc.nat({ max: 30 }) }) },
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat({ max: 50 }) }),
    fc.record({ kind: fc.constant('take' as const), at: fc.nat({ max: 30 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const queue = new DueQueue(itself);
      let model: Item[] = [];
      let named = 0;
      for (const { kind, at } of steps) {
        if (kind === 'add') {
          const item = { name: named++, dueAt: -1, duePlace: -1 };
          queue.add(item, at);
          model.push(item);
        } else if (kind === 'remove') {
          const item = model[at % (model.length || 1)];
          if (item !== undefined) queue.remove(item);
          model = model.filter((each) => each !== item);
        } else {
          const item = queue.due(at);
          if (item === undefined) expect(model.every(({ dueAt }) => dueAt > at)).toBe(true);
          else {
            expect(item.dueAt).toBe(Math.min(...model.map(({ dueAt }) => dueAt)));
            queue.remove(item);
            model = model.filter((each) => each !== item);
          }
        }
        expect(queue.length).toBe(model.length);
        expect(queue.nextDueAt).toBe(Math.min(...model.map(({ dueAt }) => dueAt)));
        expect(new Set(queue.all())).toEqual(new Set(model));
      }
    }),
    { numRuns: 500 },
  );
});
