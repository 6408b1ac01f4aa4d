import { describe, expect, it } from 'vitest';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import { circuitDefaults } from '../../../packages/core/src/options/circuit-settings.ts';
import { CircuitUnderTest } from './circuit-under-test.ts';

describe('an open circuit', () => {
  it('refuses until the open time is over, and says when', () => {
    const test = new CircuitUnderTest();
    test.open();
    expect(test.admit()).toBe(-1);
    expect(test.circuit.retryAfterMs(test.now)).toBe(250);
    test.travel(249);
    expect(test.admit()).toBe(-1);
    expect(test.circuit.retryAfterMs(test.now)).toBe(1);
    test.travel(1);
    expect(test.circuit.retryAfterMs(test.now)).toBe(0);
    expect(test.admit()).toBe(test.circuit.generation);
  });

  it('knows when a call last wanted to pass', () => {
    const test = new CircuitUnderTest();
    test.open();
    expect(test.circuit.wantedAt).toBe(-Infinity);
    test.travel(10);
    test.admit();
    expect(test.circuit.wantedAt).toBe(test.now);
  });

  it('becomes half-open when its state is read', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.travel(249);
    expect(test.circuit.state).toBe('open');
    test.travel(1);
    expect(test.circuit.state).toBe('half-open');
    expect(test.changes.at(-1)).toEqual({ from: 'open', to: 'half-open', cause: 'connection-reset' });
  });

  it('becomes half-open when its cause is read', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.travel(250);
    expect(test.circuit.cause).toBe('connection-reset');
    expect(test.path).toEqual(['open', 'half-open']);
  });

  it('takes a new cause on a second trip, and keeps its time', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.travel(100);
    test.circuit.trip('read-only', test.now);
    expect(test.circuit.cause).toBe('read-only');
    expect(test.circuit.retryAfterMs(test.now)).toBe(150);
    expect(test.path).toEqual(['open']);
  });

  it('opens again on a trip after its open time', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.travel(250);
    test.circuit.trip('read-only', test.now);
    expect(test.path).toEqual(['open', 'half-open', 'open']);
    expect(test.circuit.retryAfterMs(test.now)).toBe(500);
  });

  it('ends early when it is told to start trials', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.circuit.enterHalfOpen(test.now);
    expect(test.circuit.state).toBe('half-open');
  });

  it('closes when its lane was proved to work', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.circuit.close(test.now);
    expect(test.circuit.admitsAll).toBe(true);
    expect(test.changes.at(-1)).toEqual({ from: 'open', to: 'closed', cause: undefined });
  });

  it.each(['succeeded', 'failed', 'ignored'] as const)(
    'ignores the result of a call from before it opened: %s',
    (result) => {
      const test = new CircuitUnderTest();
      const generation = test.admit();
      test.halfOpen();
      if (result === 'succeeded') test.circuit.succeeded(generation, 1, test.now);
      if (result === 'failed') test.circuit.failed(generation, 'loading', test.now);
      if (result === 'ignored') test.circuit.ignored(generation);
      expect(test.path).toEqual(['open', 'half-open']);
      expect([test.admit(), test.admit(), test.admit(), test.admit()].filter((g) => g >= 0)).toHaveLength(3);
    },
  );
});

describe('the open time of a circuit', () => {
  it('doubles while the circuit never stays closed for a window', () => {
    const test = new CircuitUnderTest({ windowMs: 10_000 });
    const times: (number | undefined)[] = [];
    for (let outage = 0; outage < 8; outage++) {
      test.open();
      times.push(test.circuit.retryAfterMs(test.now));
      test.circuit.close(test.now);
      test.travel(9_999);
    }
    expect(times).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  it('starts over after the circuit was closed for a whole window', () => {
    const test = new CircuitUnderTest();
    test.open();
    test.circuit.close(test.now);
    test.travel(10_000);
    test.open();
    expect(test.circuit.retryAfterMs(test.now)).toBe(250);
  });

  it('lies between half and all of the full time', () => {
    const test = new CircuitUnderTest({}, 0.5);
    test.open();
    expect(test.circuit.retryAfterMs(test.now)).toBe(375);
  });
});

it('a circuit completes a change before it tells of it', () => {
  const seen: unknown[] = [];
  const circuit: Circuit = new Circuit(circuitDefaults, {
    clock: { now: () => 0 },
    random: () => 0,
    deadlineMs: 1_000,
    onChange: ({ to }) => {
      seen.push(to, circuit.state, circuit.admit(0));
      if (to === 'open') circuit.close(0);
    },
  });
  circuit.trip('slow', 0);
  expect(seen).toEqual(['open', 'open', -1, 'closed', 'closed', 3]);
});

describe('a circuit that is open because calls are not answered in time', () => {
  it('lets every fourth call pass, and counts none of them as a trial', () => {
    const test = new CircuitUnderTest();
    test.circuit.trip('slow', test.now);
    const generations = Array.from({ length: 12 }, () => test.admit());
    expect(generations.filter((generation) => generation >= 0)).toHaveLength(3);
    expect(generations).not.toContain(test.circuit.generation);
    expect(test.circuit.state).toBe('open');
  });

  it('lets no call pass for any other cause', () => {
    const test = new CircuitUnderTest();
    test.open();
    expect(Array.from({ length: 12 }, () => test.admit())).toEqual(Array.from({ length: 12 }, () => -1));
  });

  it('learns from the calls that pass that the server has become distant for good', () => {
    const test = new CircuitUnderTest({ openMs: 600_000, maxOpenMs: 600_000 });
    test.circuit.trip('slow', test.now);
    for (let call = 0; call < 1_200; call++, test.travel(100))
      test.circuit.succeeded(test.circuit.generation - 1, 700, test.now);
    expect(test.circuit.slowLimitMs).toBeGreaterThan(700);
  });
});

describe('a circuit that is open because calls are answered slowly', () => {
  const open = (options = {}): CircuitUnderTest => {
    const test = new CircuitUnderTest(options);
    test.succeed();
    test.succeed(19, 600);
    expect(test.changes).toEqual([{ from: 'closed', to: 'open', cause: 'slow' }]);
    return test;
  };
  const admitted = (test: CircuitUnderTest): number =>
    Array.from({ length: 12 }, () => test.admit()).filter((generation) => generation >= 0).length;

  it('admits every call, while open and while half-open', () => {
    const test = open();
    expect(admitted(test)).toBe(12);
    test.travel(500);
    expect(admitted(test)).toBe(12);
    expect(test.circuit.state).toBe('half-open');
  });

  it('starts one in four operations that have a fallback', () => {
    const test = open();
    const started = Array.from({ length: 12 }, () => test.circuit.startsWithFallback()).filter(Boolean);
    expect(started).toHaveLength(3);
  });

  it('admits one call in four if the limit is configured', () => {
    const test = open({ slowMs: 500 });
    expect(admitted(test)).toBe(3);
    expect(test.circuit.startsWithFallback()).toBe(true);
  });

  it('cuts the calls off once they are no longer answered at all', () => {
    const test = open({ openMs: 60_000, maxOpenMs: 60_000 });
    for (let failure = 0; failure < 5; failure++, test.travel(50))
      test.circuit.failed(test.admit(), 'slow', test.now);
    expect(test.circuit.state).toBe('open');
    expect(admitted(test)).toBe(3);
  });

  it('cuts the calls off when half of them are no longer answered', () => {
    const test = open({ openMs: 60_000, maxOpenMs: 60_000 });
    for (let call = 0; call < 10; call++, test.travel(50)) {
      test.succeed(1, 600);
      test.fail();
    }
    expect(test.circuit.cause).toBe('error-rate');
    expect(admitted(test)).toBe(0);
  });

  it('cuts the calls off when a trial is not answered', () => {
    const test = open();
    test.travel(500);
    test.circuit.failed(test.admit(), 'slow', test.now);
    expect(test.circuit.state).toBe('open');
    expect(admitted(test)).toBe(3);
  });

  it('closes when the calls are fast again', () => {
    const test = open();
    test.travel(500);
    test.succeed(3);
    expect(test.path).toEqual(['open', 'half-open', 'closed']);
  });
});
