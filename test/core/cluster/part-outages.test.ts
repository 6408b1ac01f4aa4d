import { expect, it } from 'vitest';
import { PartOutages } from '../../../packages/core/src/cluster/part-outages.ts';

const owners = new Set(['a:1', 'b:1']);

it('a lost node is away from its loss on, and certainly once an attempt to reach it failed', () => {
  const outages = new PartOutages(2_000);
  expect([outages.isEmpty, outages.of(0, ['a:1'], 'read')]).toEqual([true, undefined]);
  expect(outages.lost('a:1', 'connection-reset', false, 100)).toBe(true);
  expect(outages.of(0, ['a:1'], 'read')).toEqual({ cause: 'connection-reset', isExpectedUntil: 2_100 });
  expect([outages.isEmpty, outages.causeAmong(owners)]).toEqual([false, undefined]);
  expect(outages.lost('a:1', 'connection-refused', true, 900)).toBe(false);
  outages.lost('a:1', 'connection-reset', false, 950);
  expect(outages.of(0, ['a:1'], 'write')).toEqual({ cause: 'connection-refused', isExpectedUntil: 2_100 });
  expect([outages.causeAmong(owners), outages.causeAmong(new Set(['b:1']))]).toEqual([
    'connection-refused',
    undefined,
  ]);
  expect(outages.lostAmong(owners)).toEqual(['a:1']);
  outages.found('a:1');
  expect([outages.isEmpty, outages.of(0, ['a:1'], 'read')]).toEqual([true, undefined]);
});

it('what is away is expected back anew when a failover is seen', () => {
  const outages = new PartOutages(2_000);
  outages.lost('a:1', 'stalled', true, 100);
  outages.failoverSeen(15_000);
  expect(outages.of(0, ['a:1'], 'write')?.isExpectedUntil).toBe(17_000);
});

it('calls wait for an election that was seen, however short they wait for a node', () => {
  const outages = new PartOutages(500);
  outages.lost('a:1', 'stalled', true, 100);
  expect(outages.of(0, ['a:1'], 'write')?.isExpectedUntil).toBe(600);
  outages.failoverSeen(1_500);
  expect(outages.of(0, ['a:1'], 'write')?.isExpectedUntil).toBe(3_500);
});

it('calls that wait for nothing do not wait for an election', () => {
  const outages = new PartOutages(0);
  outages.lost('a:1', 'stalled', true, 100);
  outages.failoverSeen(1_500);
  expect(outages.of(0, ['a:1'], 'write')?.isExpectedUntil).toBe(1_500);
});

it('a node that says that the cluster is down is away, for reads too unless it takes them', () => {
  const outages = new PartOutages(2_000);
  outages.down('a:1', true, 100);
  expect([outages.of(0, ['a:1'], 'read'), outages.isAllAway(new Set(['a:1']))]).toEqual([undefined, false]);
  expect(outages.of(0, ['a:1'], 'write')).toEqual({ cause: 'cluster-down', isExpectedUntil: 2_100 });
  outages.down('a:1', false, 500);
  outages.down('a:1', true, 600);
  expect(outages.of(0, ['a:1'], 'read')).toEqual({ cause: 'cluster-down', isExpectedUntil: 2_100 });
  expect([outages.isDown('a:1'), outages.causeAmong(owners)]).toEqual([true, 'cluster-down']);
  outages.up('a:1');
  expect(outages.isEmpty).toBe(true);
});

it('a slot that nobody serves is away until somebody does', () => {
  const outages = new PartOutages(2_000);
  outages.uncovered(7, 100);
  outages.uncovered(7, 900);
  expect(outages.of(7, ['a:1'], 'read')).toEqual({ cause: 'cluster-down', isExpectedUntil: 2_100 });
  expect([outages.of(8, ['a:1'], 'read'), outages.uncoveredSlots]).toEqual([undefined, [7]]);
  expect([outages.causeAmong(owners), outages.isAllAway(owners)]).toEqual(['cluster-down', false]);
  outages.covered(7);
  expect(outages.isEmpty).toBe(true);
});

it('a call that any of several nodes may serve waits only while all of them are away', () => {
  const outages = new PartOutages(2_000);
  outages.lost('a:1', 'connection-refused', true, 100);
  expect(outages.of(0, ['a:1', 'b:1'], 'read')).toBeUndefined();
  outages.down('b:1', false, 100);
  expect(outages.of(0, ['a:1', 'b:1'], 'read')).toMatchObject({ cause: 'connection-refused' });
  expect(outages.of(0, [], 'read')).toBeUndefined();
});

it('all is away when every owner certainly is', () => {
  const outages = new PartOutages(2_000);
  expect(outages.isAllAway(new Set())).toBe(false);
  outages.lost('a:1', 'connection-refused', true, 100);
  outages.lost('b:1', 'connection-reset', false, 100);
  expect(outages.isAllAway(owners)).toBe(false);
  outages.lost('b:1', 'connection-refused', true, 200);
  expect(outages.isAllAway(owners)).toBe(true);
});

it('nodes that own nothing any more are forgotten', () => {
  const outages = new PartOutages(2_000);
  outages.lost('c:1', 'connection-refused', true, 100);
  outages.down('d:1', false, 100);
  outages.lost('a:1', 'stalled', true, 100);
  outages.retain(owners);
  expect([outages.lostAmong(new Set(['a:1', 'c:1'])), outages.isDown('d:1')]).toEqual([['a:1'], false]);
});

it('a node that is known to be down by its state takes reads where the others do', () => {
  const outages = new PartOutages(2_000);
  outages.downToo('a:1', 100);
  expect(outages.of(0, ['a:1'], 'read')).toMatchObject({ cause: 'cluster-down' });
  outages.up('a:1');
  outages.down('b:1', true, 100);
  outages.downToo('a:1', 100);
  expect([outages.of(0, ['a:1'], 'read'), outages.of(0, ['a:1'], 'write')?.cause]).toEqual([
    undefined,
    'cluster-down',
  ]);
});

it('a node that rejects the login is expected back only for as long as calls wait for a connection', () => {
  const outages = new PartOutages(2_000, 250);
  outages.lost('a:1', 'connection-reset', false, 100);
  expect(outages.of(0, ['a:1'], 'write')?.isExpectedUntil).toBe(2_100);
  outages.lost('a:1', 'auth', true, 150);
  expect(outages.of(0, ['a:1'], 'write')).toEqual({ cause: 'auth', isExpectedUntil: 350 });
  outages.failoverSeen(1_500);
  expect(outages.of(0, ['a:1'], 'write')?.isExpectedUntil).toBe(3_500);
});
