import { describe, expect, it } from 'vitest';
import { FailoverSigns } from '../../../packages/core/src/cluster/slots/failover-signs.ts';

/** A healthy node's report, with the differences in `given`. */
function report(given: { readonly epoch?: number; readonly failedSlots?: number } = {}) {
  return { isUp: true, epoch: 1, failedSlots: 0, ...given };
}

describe('a failover', () => {
  it('begins when a node counts more failed slots, and is over when the first one counts fewer', () => {
    const signs = new FailoverSigns();
    expect(signs.note('a', report())).toBeUndefined();
    expect(signs.note('a', report({ failedSlots: 5_461 }))).toBe('begins');
    expect(signs.note('b', report({ failedSlots: 5_461 }))).toBe('begins');
    expect(signs.note('a', report({ failedSlots: 5_461 }))).toBeUndefined();
    expect(signs.note('b', report())).toBe('over');
    expect(signs.note('a', report())).toBeUndefined();
  });

  it('is over, too, when a node tells a later epoch', () => {
    const signs = new FailoverSigns();
    expect(signs.note('a', report({ epoch: 6 }))).toBeUndefined();
    expect(signs.note('b', report({ epoch: 7 }))).toBe('over');
    expect(signs.note('a', report({ epoch: 7 }))).toBeUndefined();
  });

  it('is over once more when slots failed again', () => {
    const signs = new FailoverSigns();
    const told = [100, 0, 100, 0].map((failedSlots) => signs.note('a', report({ failedSlots })));
    expect(told).toEqual(['begins', 'over', 'begins', 'over']);
  });

  it('is over for one range of slots before it is for another', () => {
    const signs = new FailoverSigns();
    const told = [200, 100, 0].map((failedSlots) => signs.note('a', report({ failedSlots })));
    expect(told).toEqual(['begins', 'over', 'over']);
  });
});

describe('a node', () => {
  it('is ahead of those that still count the slots as failed', () => {
    const signs = new FailoverSigns();
    for (const address of ['a', 'b']) signs.note(address, report({ failedSlots: 5_461 }));
    expect(['a', 'b', 'c'].map((address) => signs.lagOf(address))).toEqual([undefined, undefined, undefined]);
    signs.note('a', report());
    expect(['a', 'b', 'c'].map((address) => signs.lagOf(address))).toEqual(['ahead', 'behind', undefined]);
    signs.note('b', report());
    expect(['a', 'b'].map((address) => signs.lagOf(address))).toEqual([undefined, undefined]);
  });

  it('is neither ahead nor behind once all is forgotten, and its epoch is no later one', () => {
    const signs = new FailoverSigns();
    signs.note('a', report({ failedSlots: 5_461 }));
    signs.note('b', report());
    signs.forget();
    expect(signs.lagOf('a')).toBeUndefined();
    expect(signs.note('a', report({ epoch: 9 }))).toBeUndefined();
  });
});
