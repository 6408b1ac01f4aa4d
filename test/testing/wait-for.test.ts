import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';

it('waitFor resolves with the first truthy value', async () => {
  let asked = 0;
  expect(await waitFor(() => ++asked === 3 && 'third')).toBe('third');
  expect(await waitFor(async () => ++asked)).toBe(4);
});

it('waitFor takes a predicate that throws or rejects for "not yet"', async () => {
  let asked = 0;
  const moody = async (): Promise<boolean> => {
    if (++asked < 3) throw new Error('not yet');
    return true;
  };
  await expect(waitFor(moody)).resolves.toBe(true);
});

it('waitFor says what it waited for, how long, and what went wrong last', async () => {
  const refusing = (): boolean => {
    throw new Error('connect ECONNREFUSED');
  };
  await expect(waitFor(refusing, { timeoutMs: 20, message: 'the client to be ready' })).rejects.toThrow(
    'Waited 20 ms in vain for: the client to be ready (last error: connect ECONNREFUSED)',
  );
});

it('waitFor gives up on time on a predicate that hangs', async () => {
  await expect(waitFor(() => new Promise(() => undefined), { timeoutMs: 20 })).rejects.toThrow(
    /20 ms in vain/,
  );
});
