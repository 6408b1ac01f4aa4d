import { describe, expect, it } from 'vitest';
import { slotReleaseArgs } from '../../../../packages/core/src/catalogue/locks/slot-release.ts';

const digest = 'bc60425feabe5bc26ad7ef67604a9bb0d6c03afb';
const keys = ['settings', 'weights', 'expirations', 'clients', 'running', 'queued', 'registered', 'seen'];
const free = [digest, 8, ...keys, 1_700_000_000_000, 'a-client', 'a-slot'];

describe('the script with which Bottleneck frees a slot', () => {
  it('is known, and can be replaced by one that needs only three of its keys', () => {
    const released = slotReleaseArgs('evalsha', free);
    expect(released?.slice(1)).toEqual(['3', 'settings', 'weights', 'expirations', 'a-slot']);
  });

  it.each<[string, string, unknown[]]>([
    ['another digest', 'evalsha', ['f015b372dc34d68d4d08ea116eac3307c8602945', ...free.slice(1)]],
    ['another command', 'eval', free],
    ['another number of keys', 'evalsha', [digest, 7, ...free.slice(2)]],
    ['more arguments', 'evalsha', [...free, 'more']],
    ['no slot', 'evalsha', [...free.slice(0, -1), '']],
  ])('is not a call with %s', (_, name, args) => {
    expect(slotReleaseArgs(name, args)).toBeUndefined();
  });
});
