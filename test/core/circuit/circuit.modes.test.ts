import { describe, expect, it } from 'vitest';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import { circuitDefaults } from '../../../packages/core/src/circuit/circuit-settings.ts';
import { CircuitUnderTest } from './circuit-under-test.ts';

describe('mode observe', () => {
  it('refuses nothing and reports what it would have refused', () => {
    const test = new CircuitUnderTest({ mode: 'observe' });
    expect(test.circuit.admitsAll).toBe(true);
    test.fail(20);
    expect(test.circuit.state).toBe('open');
    expect(test.circuit.admitsAll).toBe(false);
    expect(test.admit()).toBeGreaterThanOrEqual(0);
    expect(test.wouldRefuse).toBe(1);
    test.travel(250);
    expect(test.admit()).toBe(test.circuit.generation);
    expect(test.wouldRefuse).toBe(1);
  });

  it('counts only trials while half-open', () => {
    const test = new CircuitUnderTest({ mode: 'observe', trials: 1 });
    test.halfOpen();
    const trial = test.admit();
    const other = test.admit();
    expect(other).toBeGreaterThanOrEqual(0);
    expect(test.wouldRefuse).toBe(1);
    test.circuit.failed(other, 'loading', test.now);
    expect(test.circuit.state).toBe('half-open');
    test.circuit.succeeded(trial, 1, test.now);
    expect(test.circuit.state).toBe('closed');
    expect(test.circuit.admitsAll).toBe(true);
  });

  it('needs nobody to tell', () => {
    const circuit = new Circuit(
      { ...circuitDefaults, mode: 'observe' },
      { clock: { now: () => 0 }, random: () => 0, onChange: () => undefined },
    );
    circuit.trip('slow', 0);
    expect(circuit.admit(1)).toBeGreaterThanOrEqual(0);
  });
});

describe('mode off', () => {
  it('stays closed whatever happens', () => {
    const test = new CircuitUnderTest({ mode: 'off' });
    for (let failure = 0; failure < 50; failure++, test.travel(50)) test.fail();
    test.succeed(50, 10_000);
    test.circuit.trip('slow', test.now);
    test.circuit.enterHalfOpen(test.now);
    test.circuit.close(test.now);
    expect(test.circuit.state).toBe('closed');
    expect(test.circuit.admitsAll).toBe(true);
    expect(test.path).toEqual([]);
  });
});
