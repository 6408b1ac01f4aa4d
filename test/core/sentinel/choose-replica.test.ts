import { describe, expect, it } from 'vitest';
import { chooseReplica, type Replica } from '../../../packages/core/src/sentinel/choose-replica.ts';

const replica = (port: string, flags = 'slave'): Replica => ({ ip: '10.0.0.1', port, flags });
const one = replica('1');
const two = replica('2');
const three = replica('3');
const all = [one, two, three];
const draw = (number: number) => () => number;

describe('the replica to connect to', () => {
  it.each([
    [0, one],
    [0.34, two],
    [0.99, three],
  ])('is any of them: the one drawn by %d', (number, expected) => {
    expect(chooseReplica(all, undefined, undefined, draw(number))).toBe(expected);
    expect(chooseReplica(all, null, undefined, draw(number))).toBe(expected);
  });

  it.each(['s_down,slave', 'o_down,slave', 'slave,disconnected'])('is none that is %s', (flags) => {
    expect(chooseReplica([replica('1', flags), two], undefined, undefined, draw(0))).toBe(two);
    expect(chooseReplica([replica('1', flags)], undefined, undefined, draw(0))).toBe(undefined);
  });

  it('may be one of whose health an old sentinel tells nothing', () => {
    const terse = { ip: '10.0.0.1', port: '1' };
    expect(chooseReplica([terse], undefined, undefined, draw(0))).toBe(terse);
  });

  it.each([
    { preferred: { ip: '10.0.0.1', port: '2' }, expected: two, why: 'the only one named' },
    { preferred: [{ ip: '10.0.0.1', port: 3 }], expected: three, why: 'a port given as a number' },
    {
      preferred: [
        { ip: '10.0.0.1', port: '2', prio: 2 },
        { ip: '10.0.0.1', port: '3' },
      ],
      expected: three,
      why: 'without a priority it is 1',
    },
    {
      preferred: [
        { ip: '10.0.0.1', port: '3' },
        { ip: '10.0.0.1', port: '2', prio: 1 },
      ],
      expected: three,
      why: 'the first of two with one priority',
    },
    {
      preferred: [
        { ip: '10.0.0.1', port: '3', prio: 1 },
        { ip: '10.0.0.1', port: '2' },
      ],
      expected: three,
      why: 'the first of two with one priority, given to the other',
    },
    {
      preferred: [
        { ip: '10.0.0.1', port: '3', prio: 1.5 },
        { ip: '10.0.0.1', port: '2' },
      ],
      expected: two,
      why: 'one without a priority before one with a greater',
    },
    {
      preferred: [
        { ip: '10.0.0.9', port: '3', prio: 0 },
        { ip: '10.0.0.1', port: '2', prio: 2 },
      ],
      expected: two,
      why: 'the first of those there are',
    },
    { preferred: [{ ip: '10.0.0.9', port: '9' }], expected: one, why: 'any, where none is there' },
    { preferred: [], expected: one, why: 'any, where none is named' },
    { preferred: () => three, expected: three, why: 'chosen by a function' },
    { preferred: () => null, expected: one, why: 'any, where the function has no choice' },
  ])('is a preferred one: $why', ({ preferred, expected }) => {
    expect(chooseReplica(all, preferred, undefined, draw(0))).toBe(expected);
  });

  it('is not the one that was tried a moment ago, if there is another', () => {
    expect(chooseReplica(all, undefined, one, draw(0))).toBe(two);
    expect(chooseReplica(all, { ip: '10.0.0.1', port: '1' }, one, draw(0))).toBe(two);
    expect(chooseReplica([one], undefined, one, draw(0))).toBe(one);
    expect(chooseReplica([one, replica('2', 's_down,slave')], undefined, one, draw(0))).toBe(one);
    const sameHost = { ip: '10.0.0.2', port: '1' };
    expect(chooseReplica([sameHost, two], undefined, one, draw(0))).toBe(sameHost);
  });

  it('is chosen by the function among those that are available', () => {
    let offered: Replica[] = [];
    const choose = (available: Replica[]): Replica | null => {
      offered = available;
      return null;
    };
    chooseReplica([one, two, replica('4', 's_down,slave')], choose, one, draw(0));
    expect(offered).toEqual([two]);
  });
});
