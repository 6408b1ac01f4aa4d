import { describe, expect, it } from 'vitest';
import { CircuitUnderTest } from './circuit-under-test.ts';

describe('a closed circuit', () => {
  it('admits every call with its generation', () => {
    const test = new CircuitUnderTest();
    expect(test.circuit.admitsAll).toBe(true);
    expect(test.admit()).toBe(test.circuit.generation);
    expect(test.circuit.state).toBe('closed');
    expect(test.circuit.cause).toBeUndefined();
    expect(test.circuit.retryAfterMs(test.now)).toBeUndefined();
  });

  it('opens when half of 20 calls failed', () => {
    const test = new CircuitUnderTest({ maxConsecutiveFailures: 100 });
    test.succeed(10);
    test.fail(9);
    expect(test.circuit.state).toBe('closed');
    test.fail();
    expect(test.circuit.state).toBe('open');
    expect(test.changes).toEqual([{ from: 'closed', to: 'open', cause: 'error-rate' }]);
  });

  it('waits for the minimum number of calls before a ratio counts', () => {
    const test = new CircuitUnderTest({ maxConsecutiveFailures: 100 });
    test.fail(19);
    expect(test.circuit.state).toBe('closed');
    test.fail();
    expect(test.circuit.state).toBe('open');
  });

  it('opens on no fewer than five failures, however low the ratio', () => {
    const test = new CircuitUnderTest({ failureRatio: 0.01, maxConsecutiveFailures: 100 });
    test.succeed(20);
    test.fail(4);
    expect(test.circuit.state).toBe('closed');
    test.fail();
    expect(test.circuit.state).toBe('open');
  });

  it('forgets failures older than the window', () => {
    const test = new CircuitUnderTest({ maxConsecutiveFailures: 100 });
    test.fail(19);
    test.travel(10_000);
    test.succeed(19);
    test.fail();
    expect(test.circuit.state).toBe('closed');
  });

  it('counts none of the calls of an hour ago', () => {
    const test = new CircuitUnderTest({ maxConsecutiveFailures: 100 });
    test.succeed(2_000);
    test.travel(3_600_000);
    test.fail(19);
    expect(test.circuit.state).toBe('closed');
    test.fail();
    expect(test.circuit.state).toBe('open');
  });

  it('opens when four fifths of 20 calls were slow', () => {
    const test = new CircuitUnderTest({ slowMs: 100 });
    test.succeed(4, 100);
    test.succeed(15, 101);
    expect(test.circuit.state).toBe('closed');
    test.succeed(1, 101);
    expect(test.changes).toEqual([{ from: 'closed', to: 'open', cause: 'slow' }]);
  });

  it('stays closed below the slow ratio', () => {
    const test = new CircuitUnderTest();
    test.succeed(10);
    test.succeed(30, 501);
    expect(test.circuit.state).toBe('closed');
    test.succeed(10, 501);
    expect(test.circuit.state).toBe('open');
  });

  it('takes the given limit for slow calls', () => {
    const test = new CircuitUnderTest({ slowMs: 20 });
    test.succeed(40, 20);
    expect(test.circuit.state).toBe('closed');
    test.travel(20_000);
    test.succeed(20, 21);
    expect(test.circuit.state).toBe('open');
  });

  it('counts a call as slow that takes twice the usual round trip, where that is more than half of the deadline', () => {
    const test = new CircuitUnderTest();
    for (let call = 0; call < 50; call++, test.travel(300)) test.succeed(1, 300);
    test.travel(20_000);
    test.succeed(30, 600);
    expect(test.circuit.state).toBe('closed');
    test.travel(20_000);
    test.succeed(20, 700);
    expect(test.circuit.state).toBe('open');
  });

  it('opens after five failures in a row', () => {
    const test = new CircuitUnderTest();
    for (let failure = 0; failure < 4; failure++, test.travel(50)) test.fail();
    expect(test.circuit.state).toBe('closed');
    test.fail();
    expect(test.changes).toEqual([{ from: 'closed', to: 'open', cause: 'error-rate' }]);
  });

  it('counts a pipeline of 100 that fails at once as one failure in a row', () => {
    const test = new CircuitUnderTest({ minCalls: 1_000 });
    for (let pipeline = 0; pipeline < 4; pipeline++, test.travel(50)) test.fail(100);
    expect(test.circuit.state).toBe('closed');
    test.fail(100);
    expect(test.circuit.state).toBe('open');
  });

  it('never opens on a single burst of failures, even when one failure is the limit', () => {
    const test = new CircuitUnderTest({ maxConsecutiveFailures: 1, minCalls: 1_000 });
    test.fail(100);
    expect(test.circuit.state).toBe('closed');
    test.travel(50);
    test.fail();
    expect(test.circuit.state).toBe('open');
  });

  it.each([1, 500])('counts failures in a row from zero after a success of %i ms', (durationMs) => {
    const test = new CircuitUnderTest();
    for (let failure = 0; failure < 4; failure++, test.travel(50)) test.fail();
    test.succeed(1, durationMs);
    for (let failure = 0; failure < 4; failure++, test.travel(50)) test.fail();
    expect(test.circuit.state).toBe('closed');
    test.fail();
    expect(test.circuit.state).toBe('open');
  });

  it('counts nothing for a call its caller gave up', () => {
    const test = new CircuitUnderTest({ maxConsecutiveFailures: 100 });
    test.fail(19);
    test.circuit.ignored(test.admit());
    expect(test.circuit.state).toBe('closed');
    test.fail();
    expect(test.circuit.state).toBe('open');
  });

  it('names the cause of the failure that opens it', () => {
    const test = new CircuitUnderTest();
    test.fail(19);
    test.circuit.failed(test.admit(), 'loading', test.now);
    expect(test.circuit.cause).toBe('loading');
    expect(test.changes[0]?.cause).toBe('loading');
  });

  it('opens at once on a trip, without any call', () => {
    const test = new CircuitUnderTest();
    test.circuit.trip('out-of-memory', test.now);
    expect(test.circuit.state).toBe('open');
    expect(test.circuit.admitsAll).toBe(false);
    expect(test.changes).toEqual([{ from: 'closed', to: 'open', cause: 'out-of-memory' }]);
  });
});
