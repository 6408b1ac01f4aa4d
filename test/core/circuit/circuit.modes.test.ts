import { describe, expect, it } from 'vitest';
import { CircuitUnderTest } from './circuit-under-test.ts';

describe('mode observe', () => {
  it('refuses nothing, and gives an older generation to what it would have refused', () => {
    const test = new CircuitUnderTest({ mode: 'observe' });
    expect(test.circuit.admitsAll).toBe(true);
    test.fail(20);
    expect(test.circuit.state).toBe('open');
    expect(test.circuit.admitsAll).toBe(false);
    expect(test.admit()).toBe(test.circuit.generation - 2);
    test.travel(250);
    expect(test.admit()).toBe(test.circuit.generation);
  });

  it('counts only trials while half-open', () => {
    const test = new CircuitUnderTest({ mode: 'observe', trials: 1 });
    test.halfOpen();
    const trial = test.admit();
    const other = test.admit();
    expect([trial, other]).toEqual([test.circuit.generation, test.circuit.generation - 2]);
    test.circuit.failed(other, 'loading', test.now);
    expect(test.circuit.state).toBe('half-open');
    test.circuit.succeeded(trial, 1, test.now);
    expect(test.circuit.state).toBe('closed');
    expect(test.circuit.admitsAll).toBe(true);
  });
});

describe('mode enforce', () => {
  it('gives another generation to the calls that an open circuit lets through than mode observe', () => {
    const test = new CircuitUnderTest();
    test.circuit.trip('slow', test.now);
    const admitted = [0, 1, 2, 3, 4, 5, 6, 7].map(() => test.admit());
    const { generation } = test.circuit;
    expect(admitted.filter((each) => each >= 0)).toEqual([generation - 1, generation - 1]);
  });
});

describe('mode off', () => {
  it('stays closed whatever happens, and learns nothing', () => {
    const test = new CircuitUnderTest({ mode: 'off' });
    const { slowLimitMs } = test.circuit;
    for (let failure = 0; failure < 50; failure++, test.travel(50)) test.fail();
    test.succeed(50, 10_000);
    test.circuit.trip('slow', test.now);
    test.circuit.enterHalfOpen(test.now);
    test.circuit.close(test.now);
    expect(test.circuit.state).toBe('closed');
    expect(test.circuit.admitsAll).toBe(true);
    expect(test.path).toEqual([]);
    expect(test.circuit.slowLimitMs).toBe(slowLimitMs);
  });
});
