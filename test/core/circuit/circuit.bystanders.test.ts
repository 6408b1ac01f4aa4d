import { describe, expect, it } from 'vitest';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import { circuitDefaults } from '../../../packages/core/src/options/circuit-settings.ts';
import { CircuitUnderTest } from './circuit-under-test.ts';

describe('a circuit and those it did not ask', () => {
  it('keeps its cause while open when a call fails that nobody admitted', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.circuit.failed(test.circuit.generation, 'loading', test.now);
    expect(test.circuit.cause).toBe('connection-reset');
  });

  it('sends a call away while the last trial is out beside those that succeeded', () => {
    const test = new CircuitUnderTest({ trials: 3 });
    test.halfOpen();
    test.succeed(2);
    test.admit();
    expect(test.circuit.retryAfterMs(test.now)).toBe(500);
    expect(test.admit()).toBe(-1);
  });

  it.each(['succeeded', 'failed', 'ignored'] as const)(
    'forgives a trial that seemed to hang, whatever call of before has %s meanwhile',
    (how) => {
      const test = new CircuitUnderTest();
      const before = test.admit();
      test.halfOpen();
      test.admit();
      test.travel(5_000);
      if (how === 'succeeded') test.circuit.succeeded(before, 1, test.now);
      else if (how === 'failed') test.circuit.failed(before, undefined, test.now);
      else test.circuit.ignored(before);
      test.circuit.forgive(test.now);
      expect(test.path).toEqual(['open', 'half-open']);
    },
  );

  it('looks at no clock while nothing is due', () => {
    let looks = 0;
    const now = (): number => ++looks;
    const circuit = new Circuit(circuitDefaults, {
      clock: { now },
      random: () => 0,
      deadlineMs: 1_000,
      onChange: () => undefined,
    });
    looks = 0;
    expect([circuit.state, circuit.cause]).toEqual(['closed', undefined]);
    expect(looks).toBe(0);
  });
});
