import { describe, expect, it } from 'vitest';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import { circuitDefaults } from '../../../packages/core/src/options/circuit-settings.ts';
import { CircuitUnderTest } from './circuit-under-test.ts';

describe('a circuit and calls that it did not admit', () => {
  it('keeps its cause while open when a call fails that was not admitted', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.circuit.failed(test.circuit.generation, 'loading', test.now);
    expect(test.circuit.cause).toBe('connection-reset');
  });

  it('refuses a call while the last trial is still under way', () => {
    const test = new CircuitUnderTest({ trials: 3 });
    test.halfOpen();
    test.succeed(2);
    test.admit();
    expect(test.circuit.retryAfterMs(test.now)).toBe(500);
    expect(test.admit()).toBe(-1);
  });

  it.each(['succeeded', 'failed', 'ignored'] as const)(
    'forgives a trial that seemed to hang, although an earlier call was settled meanwhile: %s',
    (how) => {
      const test = new CircuitUnderTest();
      const before = test.admit();
      test.halfOpen();
      test.admit();
      test.travel(5_000);
      if (how === 'succeeded') test.circuit.succeeded(before, 1, test.now);
      else if (how === 'failed') test.circuit.failed(before, undefined, test.now);
      else test.circuit.ignored(before);
      test.circuit.discardCounts(test.now);
      expect(test.path).toEqual(['open', 'half-open']);
    },
  );

  it('does not read the clock while nothing is due', () => {
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
