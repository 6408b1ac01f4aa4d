import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CircuitOracle } from './circuit-oracle.ts';
import type { OracleCall } from './circuit-oracle.ts';
import { CircuitUnderTest } from './circuit-under-test.ts';

const startAt = 1_000_000;
const slowMs = 100;

const result = fc.constantFrom('ok' as const, 'slow' as const, 'fail' as const, 'ignored' as const);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('admit' as const) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('settle' as const), result, which: fc.nat(20) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('call' as const),
      result,
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      ms: fc.oneof(
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 0, max: 1_500 }),
        fc.constantFrom(49, 50, 250, 500, 4_999, 5_000, 9_999, 10_000, 3_600_000),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constantFrom('trip', 'close', 'enterHalfOpen', 'isolate', 'release', 'discardCounts'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('look' as const) }) },
);

const options = fc.record({
  mode: fc.constantFrom('enforce' as const, 'observe' as const),
  minCalls: fc.constantFrom(1, 6, 20),
  maxConsecutiveFailures: fc.constantFrom(1, 3, 5, 1_000),
  failureRatio: fc.constantFrom(0.1, 0.5, 1),
  slowRatio: fc.constantFrom(0.2, 0.8, 1),
  trials: fc.integer({ min: 1, max: 3 }),
});

it('a circuit does what an exact log of events says, whatever happens in whatever order', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }),
      options,
      fc.constantFrom(0, 0.5, 0.999),
      (steps, chosen, jitter) => {
        const test = new CircuitUnderTest({ ...chosen, slowMs }, jitter, startAt);
        const { circuit } = test;
        const oracle = new CircuitOracle(test.settings, jitter, startAt);
        const out: { generation: number; call: OracleCall }[] = [];
        const releases: (() => void)[] = [];

        const admit = () => {
          const call = oracle.admit(circuit.cause === 'slow');
          const generation = circuit.admitsAll ? circuit.generation : test.admit();
          expect(generation >= 0).toBe(call !== undefined);
          expect(generation === circuit.generation).toBe(call?.counts === true);
          return call === undefined ? undefined : { generation, call };
        };
        const settle = ({ generation, call }: { generation: number; call: OracleCall }, how: string) => {
          const before = oracle.state;
          const verdict = oracle.settle(call, how as 'ok' | 'slow' | 'fail' | 'ignored');
          if (how === 'ok') circuit.succeeded(generation, slowMs, test.now);
          else if (how === 'slow') circuit.succeeded(generation, slowMs + 1, test.now);
          else if (how === 'fail') circuit.failed(generation, undefined, test.now);
          else circuit.ignored(generation);
          if (before !== 'closed') return;
          const opened = !circuit.admitsAll;
          if (opened) expect(verdict.may).toBe(true);
          else expect(verdict.must).toBe(false);
          if (opened) oracle.trip();
        };

        const look = () => {
          // A circuit changes its state when it is next asked, not when the change is due. `look` makes the oracle do
          // the same, so that their states can be compared.
          oracle.look();
          expect(circuit.state).toBe(oracle.state);
          expect(circuit.cause === undefined).toBe(oracle.state === 'closed');
          expect(test.path).toEqual(oracle.path);
          const wait = oracle.retryAfterMs();
          if (wait !== undefined) expect(circuit.retryAfterMs(test.now)).toBeCloseTo(wait, 6);
        };

        for (const action of steps) {
          if (action.act === 'admit') {
            const admitted = admit();
            if (admitted !== undefined) out.push(admitted);
          } else if (action.act === 'settle') {
            const [settled] = out.splice(out.length === 0 ? 0 : action.which % out.length, 1);
            if (settled !== undefined) settle(settled, action.result);
          } else if (action.act === 'call') {
            for (let call = 0; call < action.count; call++) {
              const admitted = admit();
              if (admitted !== undefined) settle(admitted, action.result);
            }
          } else if (action.act === 'wait') {
            test.travel(action.ms);
            oracle.now = test.now;
          } else if (action.act === 'trip') {
            oracle.trip();
            circuit.trip('loading', test.now);
          } else if (action.act === 'close') {
            oracle.close();
            circuit.close(test.now);
          } else if (action.act === 'enterHalfOpen') {
            oracle.enterHalfOpen();
            circuit.enterHalfOpen(test.now);
          } else if (action.act === 'discardCounts') {
            oracle.discardCounts();
            circuit.discardCounts(test.now);
          } else if (action.act === 'isolate') {
            oracle.isolate();
            releases.push(circuit.isolate());
          } else if (action.act === 'release') {
            const release = releases.shift();
            if (release !== undefined) oracle.release();
            release?.();
            release?.();
          } else {
            look();
          }
          expect(circuit.admitsAll).toBe(oracle.state === 'closed');
        }
        look();
      },
    ),
    { numRuns: 600 },
  );
}, 30_000);
