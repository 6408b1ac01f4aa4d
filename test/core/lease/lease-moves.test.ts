import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  OutcomeUnknownError,
  RedisUnavailableError,
} from '../../../packages/core/src/errors.ts';
import { isElsewhere, LeaseMoves } from '../../../packages/core/src/lease/lease-moves.ts';
import type { LeasePlace, LeasePlaces } from '../../../packages/core/src/lease/places.ts';
import { replyError } from '../command/call-of.ts';

function moves(slot?: number) {
  const seen = { troubles: 0 };
  const places: LeasePlaces = {
    canMove: true,
    placeOf: () => ({ address: 'a:1', slot }) as LeasePlace,
    trouble: () => void seen.troubles++,
  };
  return { seen, moves: new LeaseMoves(places, 'default') };
}

const movedReply = replyError('MOVED 5 127.0.0.1:7001');

describe('a lease whose work is answered by a node that does not serve its key', () => {
  it('fails with an error that says so and to lease again, and has the slots read', async () => {
    const { seen, moves: followed } = moves();
    const error: unknown = await followed
      .follow([], () => Promise.reject(movedReply))
      .catch((reason) => reason);
    expect(error).toBeInstanceOf(RedisUnavailableError);
    expect(error).toMatchObject({ reason: 'cluster-down', outcome: 'not-applied', connection: 'default' });
    expect((error as Error).message).toMatch(/moved to another node.*Lease again/);
    expect((error as Error).message).not.toMatch(/7001/);
    expect(seen.troubles).toBe(1);
    expect(isElsewhere(error)).toBe(true);
  });

  it('that used a key of another slot is told so, and the slots are not read', async () => {
    const { seen, moves: followed } = moves(6);
    const aborted = replyError('EXECABORT Transaction discarded because of previous errors.', [movedReply]);
    for (const reply of [movedReply, aborted]) {
      const error: unknown = await followed.follow([], () => Promise.reject(reply)).catch((reason) => reason);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect((error as Error).message).toMatch(/another slot.*did not run.*\{ key \}/);
      expect((error as Error).message).not.toMatch(/7001/);
      expect(isElsewhere(error)).toBe(false);
    }
    expect(seen.troubles).toBe(0);
  });

  it.each([
    'MOVED 6 127.0.0.1:7001',
    'ASK 6 127.0.0.1:7001',
    'TRYAGAIN Multiple keys',
    'CLUSTERDOWN The cluster',
  ])('with a key of its own slot, or of no slot, is told to lease again: %s', async (text) => {
    const { seen, moves: followed } = moves(6);
    const run = (): Promise<never> => Promise.reject(replyError(text));
    await expect(followed.follow([], run)).rejects.toThrow(/Lease again/);
    expect(seen.troubles).toBe(1);
  });

  it('keeps an error of its own, and one of another kind', async () => {
    const { seen, moves: followed } = moves();
    const own = new RedisUnavailableError('Away.', { reason: 'cluster-down', cause: movedReply });
    await expect(followed.follow([], () => Promise.reject(own))).rejects.toBe(own);
    expect(seen.troubles).toBe(1);
    const mistake = replyError('WRONGTYPE Operation against a key');
    await expect(followed.follow([], () => Promise.reject(mistake))).rejects.toBe(mistake);
    expect(seen.troubles).toBe(1);
  });
});

it('a command whose outcome is unknown is never taken for one that did not run', () => {
  expect(
    isElsewhere(new OutcomeUnknownError('It may have run.', { cause: movedReply, outcome: 'unknown' })),
  ).toBe(false);
});
