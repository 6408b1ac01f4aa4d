import { expect, it } from 'vitest';
import { CircuitUnderTest } from './circuit-under-test.ts';

const trials = 2;
const maxOpenMs = 400;
const settings = { trials, openMs: 100, maxOpenMs, minCalls: 5, maxConsecutiveFailures: 2, slowMs: 10 };
const acts = [
  'admit',
  'succeed',
  'fail',
  'ignore',
  'wait out',
  'hang',
  'trip',
  'enter half-open',
  'close',
  'discardCounts',
  'isolate',
  'release',
] as const;
const depth = 7;

interface End {
  readonly test: CircuitUnderTest;
  /** What `admit` returned for each call in flight, oldest first: a number that grows with each change of state. */
  readonly out: number[];
  /**
   * Contains everything that later behaviour depends on, so only one of several histories with the same key
   * needs to be continued.
   */
  readonly key: string;
}

/**
 * Runs one history from its start. Returns undefined if the last action of the history is impossible; an impossible
 * history is not continued.
 */
function play(history: readonly number[]): End | undefined {
  const test = new CircuitUnderTest(settings);
  const { circuit } = test;
  const out: number[] = [];
  const releases: (() => void)[] = [];
  let events: { act: string; at: number }[] = [];
  let changedAt = test.now;
  let openMs = 0;
  for (const index of history) {
    const act = acts[index]!;
    const { generation: before } = circuit;
    const changes = test.changes.length;
    if (act === 'admit') {
      const generation = circuit.admit(test.now);
      if (generation >= 0) out.push(generation);
    } else if (act === 'succeed' || act === 'fail' || act === 'ignore') {
      const generation = out.shift();
      if (generation === undefined) return undefined;
      if (act === 'succeed') circuit.succeeded(generation, 1, test.now);
      else if (act === 'fail') circuit.failed(generation, undefined, test.now);
      else circuit.ignored(generation);
    } else if (act === 'wait out') test.travel(maxOpenMs);
    else if (act === 'hang') test.travel(5_000);
    else if (act === 'trip') circuit.trip('loading', test.now);
    else if (act === 'enter half-open') circuit.enterHalfOpen(test.now);
    else if (act === 'close') circuit.close(test.now);
    else if (act === 'discardCounts') circuit.discardCounts(test.now);
    else if (act === 'isolate') releases.push(circuit.isolate());
    else {
      const release = releases.shift();
      if (release === undefined) return undefined;
      release();
      if (releases.length === 0) openMs = 0;
    }
    // The number of trials in flight must not exceed the limit.
    if (!circuit.admitsAll && out.filter((generation) => generation === circuit.generation).length > trials) {
      throw new Error(`too many trials after ${describe(history)}`);
    }
    if (circuit.state === 'open') openMs = Math.max(openMs, circuit.retryAfterMs(test.now)!);
    if (circuit.generation === before) events.push({ act, at: test.now });
    else events = [];
    if (test.changes.length > changes) changedAt = test.now;
  }
  const key = JSON.stringify([
    circuit.state,
    circuit.retryAfterMs(test.now),
    openMs,
    test.now - changedAt,
    test.now % 1_000,
    releases.length,
    out.map((generation) => generation === circuit.generation),
    events
      .filter(({ act }) => act === 'admit' || act === 'succeed' || act === 'fail' || act === 'ignore')
      .map(({ act, at }) => `${act}-${test.now - at}`),
  ]);
  return { test, out, key };
}

function describe(history: readonly number[]): string {
  return history.map((index) => acts[index]).join(', ');
}

/** From any reachable state, the circuit must be able to close within a limited time. */
function checkRecovery({ test, out }: End, history: readonly number[]) {
  const { circuit } = test;
  const fail = (what: string) => new Error(`${what} after ${describe(history)}`);
  if (circuit.state === 'isolated') {
    if (circuit.admit(test.now) !== -1) throw fail('admits while isolated');
    return;
  }
  if (circuit.state === 'open') {
    const wait = circuit.retryAfterMs(test.now)!;
    if (!(wait > 0 && wait <= maxOpenMs)) throw fail(`opens for ${wait} ms`);
    if (circuit.admit(test.now) !== -1) throw fail('admits while open');
    test.travel(wait);
    if (circuit.retryAfterMs(test.now) !== 0) throw fail('does not become half-open');
  }
  if (circuit.state === 'half-open') {
    // After all calls in flight have settled, every trial slot must be available again.
    for (const generation of out) circuit.ignored(generation);
    let admitted = 0;
    for (; admitted <= trials; admitted++) {
      const generation = circuit.admit(test.now);
      if (generation < 0) break;
      circuit.succeeded(generation, 1, test.now);
      if (circuit.admitsAll) break;
    }
    if (admitted >= trials) throw fail('needs more trials than allowed');
  }
  if (circuit.state !== 'closed' || !circuit.admitsAll) throw fail('does not close');
}

/** A circuit must be able to close even if calls in flight never settle. */
function checkHungTrials({ test }: End, history: readonly number[]) {
  test.travel(5_000 + maxOpenMs);
  const mayRefuse = test.circuit.state === 'isolated';
  if (test.circuit.admit(test.now) === -1 && !mayRefuse)
    throw new Error(`refuses for ever after ${describe(history)}`);
}

it(`a circuit holds its promises in every history of ${depth} acts`, () => {
  let reached = 0;
  const seen = new Set<string>();
  let frontier: number[][] = [[]];
  for (let length = 0; length < depth; length++) {
    const next: number[][] = [];
    for (const history of frontier) {
      for (let act = 0; act < acts.length; act++) {
        const longer = [...history, act];
        const end = play(longer);
        if (end === undefined) continue;
        if (seen.has(end.key)) continue;
        seen.add(end.key);
        reached++;
        next.push(longer);
        checkRecovery(end, longer);
        checkHungTrials(play(longer)!, longer);
      }
    }
    frontier = next;
  }

  expect(reached).toBeGreaterThan(10_000);
}, 30_000);
