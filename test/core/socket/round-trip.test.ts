import { describe, expect, it } from 'vitest';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import { RoundTrip, roundTripOf } from '../../../packages/core/src/socket/round-trip.ts';

describe('the usual round trip', () => {
  it('begins with the floor', () => {
    expect(new RoundTrip(200, 2_000).limitMs()).toBe(200);
  });

  it('is that of the handshake until a reply to a command is observed', () => {
    const roundTrip = new RoundTrip(200, 2_000, 300);
    roundTrip.begin(250);
    expect(roundTrip.meanMs).toBe(250);
    expect(roundTrip.limitMs()).toBe(1.5 * 250 + 250);
    roundTrip.observe(2);
    expect([roundTrip.meanMs, roundTrip.toleratedDelayMs]).toEqual([2, 4]);
    expect(roundTrip.limitMs()).toBe(200);
  });

  it('is at most the maximum, however long the handshake took', () => {
    const roundTrip = new RoundTrip(200, 2_000, 300);
    roundTrip.begin(5_000);
    expect([roundTrip.meanMs, roundTrip.limitMs()]).toEqual([2_000, 2_000]);
  });

  it('begins again with a handshake that took longer than the limit, and keeps what it knows after any other', () => {
    const roundTrip = new RoundTrip(200, 2_000, 300);
    for (let sample = 0; sample < 20; sample++) roundTrip.observe(5);
    roundTrip.begin(150);
    expect(roundTrip.meanMs).toBeCloseTo(5, 9);
    roundTrip.begin(400);
    expect(roundTrip.meanMs).toBe(400);
  });

  it('takes its first sample for the mean, and half of it for the deviation', () => {
    const roundTrip = new RoundTrip(1, 2_000);
    expect(roundTrip.meanMs).toBe(0);
    expect(roundTrip.limitMs()).toBe(1);
    roundTrip.observe(0.5);
    expect(roundTrip.meanMs).toBe(0.5);
    expect(roundTrip.limitMs()).toBe(10 * 0.5 + 4 * 0.25);
  });

  it('moves a tenth of the way to each further sample', () => {
    const roundTrip = new RoundTrip(1, 2_000);
    roundTrip.observe(0.5);
    roundTrip.observe(2.5);
    expect(roundTrip.meanMs).toBeCloseTo(0.7, 9);
    expect(roundTrip.limitMs()).toBeCloseTo(10 * 0.7 + 4 * (0.25 + 0.1 * (2 - 0.25)), 9);
  });

  it('after a second sample like the first, keeps a third of the deviation that was a guess', () => {
    const roundTrip = new RoundTrip(1, 2_000);
    roundTrip.observe(0.6);
    roundTrip.observe(0.6);
    expect(roundTrip.toleratedDelayMs).toBeCloseTo(4 * 0.1, 9);
    expect(roundTrip.limitMs()).toBeCloseTo(10 * 0.6 + 4 * 0.1, 9);
  });

  it('knows after eight samples that are alike how little they deviate', () => {
    const roundTrip = new RoundTrip(200, 2_000, 300);
    for (let sample = 0; sample < 8; sample++) roundTrip.observe(200);
    expect(roundTrip.limitMs()).toBeLessThan(315);
  });

  it('tolerates ten round trips of a distant server', () => {
    const roundTrip = new RoundTrip(200, 2_000);
    for (let sample = 0; sample < 200; sample++) roundTrip.observe(50);
    expect(roundTrip.meanMs).toBeCloseTo(50, 5);
    expect(roundTrip.limitMs()).toBeGreaterThanOrEqual(500);
    expect(roundTrip.limitMs()).toBeLessThan(510);
  });

  it('tolerates only one and a half round trips of a distant server if a call could not wait longer', () => {
    const roundTrip = new RoundTrip(200, 2_000, 300);
    for (let sample = 0; sample < 200; sample++) roundTrip.observe(60);
    expect(roundTrip.limitMs()).toBeCloseTo(300, 5);
    for (let sample = 0; sample < 200; sample++) roundTrip.observe(200);
    expect(roundTrip.limitMs()).toBeCloseTo(300, 3);
  });

  it('tolerates four deviations more, however long a call can wait', () => {
    const roundTrip = new RoundTrip(10, 2_000, 10);
    roundTrip.observe(8);
    roundTrip.observe(4);
    // The mean is 7.6 ms, and the deviation 4 ms.
    expect(roundTrip.limitMs()).toBeCloseTo(1.5 * 7.6 + 4 * 4, 9);
  });

  it('of a connection that callers use leaves seven tenths of their deadline for a retry', () => {
    const roundTrip = roundTripOf(resolveSettings({ timeoutMs: 2_000 }));
    for (let sample = 0; sample < 200; sample++) roundTrip.observe(100);
    expect(roundTrip.limitMs()).toBeCloseTo(600, 5);
  });

  it('stays within floor and ceiling', () => {
    const roundTrip = new RoundTrip(200, 2_000);
    for (let sample = 0; sample < 100; sample++) roundTrip.observe(0.1);
    expect(roundTrip.limitMs()).toBe(200);
    for (let sample = 0; sample < 100; sample++) roundTrip.observe(5_000);
    expect(roundTrip.limitMs()).toBe(2_000);
  });

  it('is hardly moved by an answer that came after a stall, however long', () => {
    const roundTrip = new RoundTrip(200, 1_000);
    for (let sample = 0; sample < 20; sample++) roundTrip.observe(1);
    roundTrip.observe(60_000);
    expect(roundTrip.limitMs()).toBeLessThan(350);
  });

  it('follows a server that has become distant within a few answers', () => {
    const roundTrip = new RoundTrip(200, 10_000);
    for (let sample = 0; sample < 100; sample++) roundTrip.observe(1);
    for (let sample = 0; sample < 12; sample++) roundTrip.observe(400);
    expect(roundTrip.limitMs()).toBeGreaterThan(1_000);
  });

  it('is not moved far by one slow answer', () => {
    const roundTrip = new RoundTrip(10, 2_000);
    for (let sample = 0; sample < 100; sample++) roundTrip.observe(2);
    const before = roundTrip.limitMs();
    roundTrip.observe(20);
    expect(roundTrip.meanMs).toBeLessThan(4);
    expect(roundTrip.limitMs()).toBeGreaterThan(before);
    for (let sample = 0; sample < 100; sample++) roundTrip.observe(2);
    expect(roundTrip.limitMs()).toBeCloseTo(before, 0);
  });
});
