import { describe, expect, it } from 'vitest';
import type { Dialer } from '../../../packages/core/src/dialing/dialer.ts';
import { PingTurns, type TakesTurns } from '../../../packages/core/src/stall/ping-turns.ts';

type Member = TakesTurns & { doubts: number };

function turnsOf(count: number): { turns: PingTurns; members: Member[] } {
  const turns = new PingTurns();
  const members = Array.from({ length: count }, (): Member => {
    const member = { doubts: 0, doubt: (withinMs: number) => void (member.doubts += withinMs) };
    turns.join(member);
    return member;
  });
  return { turns, members };
}

describe('connections that take turns', () => {
  it.each([1, 50, 100])('wait no longer than alone while they are %d', (count) => {
    const { turns } = turnsOf(count);
    expect([0, 0.5, 1].map((turn) => turns.stretch(turn))).toEqual([1, 1, 1]);
  });

  it.each([
    [200, 2],
    [1_000, 10],
    [3_000, 10],
  ])('wait longer the more they are: of %d, each waits %d times as long in the mean', (count, mean) => {
    const { turns } = turnsOf(count);
    expect([0, 0.5, 1].map((turn) => turns.stretch(turn))).toEqual([1, mean, 2 * mean - 1]);
  });

  it('wait as alone once most have left', () => {
    const { turns, members } = turnsOf(200);
    for (const member of members.slice(100)) turns.leave(member);
    expect(turns.stretch(1)).toBe(1);
  });

  it('all look when one has fallen silent, and not again for 5 s', () => {
    const { turns, members } = turnsOf(400);
    const [first, second] = members as [Member, Member];
    turns.doubt(first, 1_000);
    expect(first.doubts).toBe(0);
    expect(members.slice(1).every(({ doubts }) => doubts === 500)).toBe(true);
    turns.doubt(second, 5_999);
    expect(first.doubts).toBe(0);
    turns.doubt(second, 6_000);
    expect([first.doubts, second.doubts]).toEqual([500, 500]);
  });

  it('find out for themselves while they are few', () => {
    const { turns, members } = turnsOf(100);
    turns.doubt(members[0] as Member, 1_000);
    expect(members.every(({ doubts }) => doubts === 0)).toBe(true);
  });
});

it('the turns of an endpoint are those of its dialer', () => {
  const [one, other] = [{}, {}] as unknown as [Dialer, Dialer];
  expect(PingTurns.of(one)).toBe(PingTurns.of(one));
  expect(PingTurns.of(other)).not.toBe(PingTurns.of(one));
});
