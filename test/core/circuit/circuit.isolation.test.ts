import { describe, expect, it } from 'vitest';
import { CircuitUnderTest } from './circuit-under-test.ts';

describe('an isolation', () => {
  it('refuses every call until the last holder lets go, then closes with an empty window', () => {
    const test = new CircuitUnderTest();
    test.fail(19);
    const first = test.circuit.isolate();
    const second = test.circuit.isolate();
    expect(test.admit()).toBe(-1);
    expect(test.circuit.admitsAll).toBe(false);
    expect(test.circuit.state).toBe('isolated');
    expect(test.circuit.cause).toBe('isolated');
    expect(test.circuit.retryAfterMs(test.now)).toBeUndefined();
    first();
    first();
    expect(test.circuit.state).toBe('isolated');
    second();
    test.fail();
    expect(test.circuit.state).toBe('closed');
    expect(test.path).toEqual(['isolated', 'closed']);
    first();
    second();
    expect(test.path).toEqual(['isolated', 'closed']);
  });

  it('outlasts a trip, a probe and the passing of time', () => {
    const test = new CircuitUnderTest();
    test.open();
    const release = test.circuit.isolate();
    test.circuit.trip('slow', test.now);
    test.circuit.close(test.now);
    test.circuit.enterHalfOpen(test.now);
    test.circuit.discardCounts(test.now);
    test.travel(3_600_000);
    expect(test.circuit.state).toBe('isolated');
    release();
    expect(test.circuit.state).toBe('closed');
    test.open();
    expect(test.circuit.retryAfterMs(test.now)).toBe(250);
  });

  it('begins after an open time that is over was accounted for', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.travel(250);
    test.circuit.isolate();
    expect(test.path).toEqual(['open', 'half-open', 'isolated']);
  });

  it('voids the results of calls from before it', () => {
    const test = new CircuitUnderTest();
    const generation = test.admit();
    test.circuit.isolate()();
    for (let failure = 0; failure < 100; failure++) test.circuit.failed(generation, undefined, test.now);
    expect(test.circuit.state).toBe('closed');
  });

  it.each(['observe', 'off'] as const)('refuses in mode %s too', (mode) => {
    const test = new CircuitUnderTest({ mode });
    const release = test.circuit.isolate();
    expect(test.circuit.admitsAll).toBe(false);
    expect(test.admit()).toBe(-1);
    release();
    expect(test.circuit.admitsAll).toBe(true);
    expect(test.admit()).toBe(test.circuit.generation);
  });
});

describe('forgiveness', () => {
  it('voids the window and the failures in a row', () => {
    const test = new CircuitUnderTest();
    for (let failure = 0; failure < 4; failure++, test.travel(50)) test.fail(4);
    test.circuit.discardCounts(test.now);
    test.fail(19);
    expect(test.path).toEqual([]);
  });

  it('voids the results of calls under way', () => {
    const test = new CircuitUnderTest();
    const generation = test.admit();
    test.travel(60_000);
    test.circuit.discardCounts(test.now);
    for (let call = 0; call < 40; call++) test.circuit.succeeded(generation, 60_000, test.now);
    expect(test.circuit.state).toBe('closed');
  });

  it('gives trials that slept with the process their slots back', () => {
    const test = new CircuitUnderTest({ trials: 1 });
    test.halfOpen();
    const trial = test.admit();
    test.travel(60_000);
    test.circuit.discardCounts(test.now);
    expect(test.circuit.state).toBe('half-open');
    test.circuit.failed(trial, 'slow', test.now);
    expect(test.circuit.state).toBe('half-open');
    test.succeed();
    expect(test.circuit.state).toBe('closed');
  });

  it('does not close an open circuit', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.circuit.discardCounts(test.now);
    expect(test.circuit.state).toBe('open');
    test.travel(250);
    test.circuit.discardCounts(test.now);
    expect(test.path).toEqual(['open', 'half-open']);
  });
});
