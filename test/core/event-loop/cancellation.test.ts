import { expect, it } from 'vitest';
import { Cancellation } from '../../../packages/core/src/event-loop/cancellation.ts';

it('calls each listener once, in their order, and only on the first abort', () => {
  const cancellation = new Cancellation();
  const called: string[] = [];
  cancellation.addEventListener('abort', () => called.push(`one: ${String(cancellation.reason)}`));
  cancellation.addEventListener('abort', () => called.push(`two: ${String(cancellation.aborted)}`));
  expect([cancellation.aborted, cancellation.reason]).toEqual([false, undefined]);
  cancellation.abort('late');
  cancellation.abort('later');
  expect(called).toEqual(['one: late', 'two: true']);
  expect(cancellation.reason).toBe('late');
});

it('does not call a listener that was removed, even by another one during the abort', () => {
  const cancellation = new Cancellation();
  const called: string[] = [];
  const [first, last] = [() => called.push('first'), () => called.push('last')];
  cancellation.addEventListener('abort', first);
  cancellation.addEventListener('abort', () => cancellation.removeEventListener('abort', last));
  cancellation.addEventListener('abort', last);
  cancellation.removeEventListener('abort', first);
  cancellation.abort('late');
  expect(called).toEqual([]);
});
