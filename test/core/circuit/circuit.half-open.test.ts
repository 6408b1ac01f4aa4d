import { describe, expect, it } from 'vitest';
import { CircuitUnderTest } from './circuit-under-test.ts';

describe('a half-open circuit', () => {
  it('admits three trials and refuses the fourth call', () => {
    const test = new CircuitUnderTest();
    test.halfOpen();
    expect(test.circuit.admitsAll).toBe(false);
    expect([test.admit(), test.admit(), test.admit(), test.admit()]).toEqual([3, 3, 3, -1]);
    expect(test.circuit.retryAfterMs(test.now)).toBe(500);
    test.travel(4_900);
    expect(test.circuit.retryAfterMs(test.now)).toBe(100);
  });

  it('closes when all trials succeeded, with an empty window', () => {
    const test = new CircuitUnderTest();
    test.fail(19);
    test.halfOpen();
    test.succeed(2);
    expect(test.circuit.state).toBe('half-open');
    expect(test.circuit.retryAfterMs(test.now)).toBe(0);
    test.succeed();
    expect(test.circuit.state).toBe('closed');
    test.fail(19);
    expect(test.circuit.state).toBe('closed');
    expect(test.path).toEqual(['open', 'half-open', 'closed']);
  });

  it('counts nothing of a trial that hung so long that the next trials have begun', () => {
    const test = new CircuitUnderTest();
    test.halfOpen();
    const hung = test.admit();
    test.travel(60_000);
    test.circuit.failed(hung, 'loading', test.now);
    expect(test.circuit.state).toBe('half-open');
    expect(test.circuit.cause).toBe('connection-reset');
  });

  it('opens for twice the time when one trial fails', () => {
    const test = new CircuitUnderTest();
    test.halfOpen();
    test.succeed(2);
    test.circuit.failed(test.admit(), 'loading', test.now);
    expect(test.circuit.state).toBe('open');
    expect(test.circuit.cause).toBe('loading');
    expect(test.circuit.retryAfterMs(test.now)).toBe(500);
    test.circuit.enterHalfOpen(test.now);
    test.fail();
    expect(test.circuit.retryAfterMs(test.now)).toBe(1_000);
    expect(test.circuit.cause).toBe('loading');
  });

  it('opens when a trial is slow', () => {
    const test = new CircuitUnderTest();
    test.halfOpen();
    test.succeed(1, 501);
    expect(test.changes.at(-1)).toEqual({ from: 'half-open', to: 'open', cause: 'slow' });
  });

  it('frees the slot of a trial that was given up', () => {
    const test = new CircuitUnderTest({ trials: 1 });
    test.halfOpen();
    const trial = test.admit();
    expect(test.admit()).toBe(-1);
    test.circuit.ignored(trial);
    expect(test.circuit.state).toBe('half-open');
    expect(test.admit()).toBe(trial);
  });

  it('opens when a trial is still out after five seconds', () => {
    const test = new CircuitUnderTest();
    test.halfOpen();
    const trial = test.admit();
    test.travel(4_999);
    expect(test.circuit.state).toBe('half-open');
    test.travel(1);
    expect(test.circuit.state).toBe('open');
    expect(test.circuit.retryAfterMs(test.now)).toBe(500);
    test.circuit.succeeded(trial, 1, test.now);
    expect(test.circuit.state).toBe('open');
  });

  it.each(['succeeded', 'failed', 'ignored'] as const)(
    'counts a trial as hung that %s too late',
    (result) => {
      const test = new CircuitUnderTest({ trials: 1, slowMs: 60_000 });
      test.halfOpen();
      const trial = test.admit();
      test.travel(5_000);
      if (result === 'succeeded') test.circuit.succeeded(trial, 5_000, test.now);
      if (result === 'failed') test.circuit.failed(trial, 'loading', test.now);
      if (result === 'ignored') test.circuit.ignored(trial);
      expect(test.path).toEqual(['open', 'half-open', 'open']);
      expect(test.circuit.cause).toBe('connection-reset');
    },
  );

  it('does not hold a hung trial against the trials after it', () => {
    const test = new CircuitUnderTest({ trials: 1 });
    test.halfOpen();
    const trial = test.admit();
    test.travel(5_500);
    test.circuit.succeeded(trial, 5_500, test.now);
    expect(test.path).toEqual(['open', 'half-open', 'open', 'half-open']);
    test.succeed();
    expect(test.circuit.state).toBe('closed');
  });

  it('starts new trials when it is told to after one hung', () => {
    const test = new CircuitUnderTest({ trials: 1 });
    test.halfOpen();
    test.admit();
    test.travel(5_000);
    test.circuit.enterHalfOpen(test.now);
    expect(test.path).toEqual(['open', 'half-open', 'open', 'half-open']);
    expect(test.admit()).toBe(test.circuit.generation);
  });

  it('is not blocked by a hung trial for ever', () => {
    const test = new CircuitUnderTest({ trials: 1 });
    test.halfOpen();
    test.admit();
    test.travel(5_000 + 500);
    expect(test.admit()).toBe(test.circuit.generation);
    expect(test.path).toEqual(['open', 'half-open', 'open', 'half-open']);
  });

  it('stays half-open for as long as no trial is under way', () => {
    const test = new CircuitUnderTest();
    test.halfOpen();
    for (let trial = 0; trial < 3; trial++) {
      test.travel(60_000);
      expect(test.circuit.state).toBe('half-open');
      test.succeed();
    }
    expect(test.circuit.state).toBe('closed');
  });

  it('gives the same answer however seldom it is looked at', () => {
    const seldom = new CircuitUnderTest();
    const often = new CircuitUnderTest();
    for (const test of [seldom, often]) {
      test.halfOpen();
      test.admit();
    }
    const seen = Array.from({ length: 540 }, () => {
      often.travel(10);
      return often.circuit.state;
    });
    seldom.travel(5_400);
    expect([seen.lastIndexOf('half-open'), seen.indexOf('open')]).toEqual([498, 499]);
    expect([seldom, often].map(({ circuit, now }) => circuit.retryAfterMs(now))).toEqual([100, 100]);
    expect(seldom.path).toEqual(often.path);
  });

  it('ignores the results of calls that were not admitted', () => {
    const test = new CircuitUnderTest({ trials: 1 });
    test.halfOpen();
    test.circuit.succeeded(test.circuit.generation, 1, test.now);
    test.circuit.ignored(test.circuit.generation);
    expect(test.circuit.state).toBe('half-open');
    expect(test.admit()).toBeGreaterThan(0);
    expect(test.admit()).toBe(-1);
  });

  it('opens at once on a trip', () => {
    const test = new CircuitUnderTest();
    test.halfOpen();
    test.circuit.trip('read-only', test.now);
    expect(test.changes.at(-1)).toEqual({ from: 'half-open', to: 'open', cause: 'read-only' });
  });
});
