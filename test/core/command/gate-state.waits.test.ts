import { describe, expect, it } from 'vitest';
import { runWithBudget } from '../../../packages/core/src/verbs/request-budget.ts';
import { fateOf, slowCall } from './call-of.ts';
import { gateStage, type GateStage } from './gate-stage.ts';

/** Core's entry for commands in a long outage, with a switch to another database expected in `inMs` milliseconds. */
function expecting(inMs: number | undefined): GateStage {
  const stage = gateStage();
  stage.clock.travel(60_000);
  stage.gate.hold(10_000);
  stage.gate.state.expectChange(inMs === undefined ? undefined : stage.clock.now() + inMs);
  return stage;
}

describe('a call in an old outage', () => {
  it.each([
    ['that is due now', 0, 250],
    ['that is overdue', -100, 250],
    ['that is due soon', 100, 350],
    ['that is due within the longest wait', 250, 500],
  ])('waits for another database %s, and the longest wait more', async (_title, inMs, waitsMs) => {
    const { issue, gate, clock } = expecting(inMs);
    const command = issue('get', 'a');
    clock.travel(waitsMs - 1);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(gate.counts().waiting).toBe(0);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
  });

  it.each([
    ['none is expected', undefined],
    ['it is due later than the longest wait', 251],
  ])('does not wait for another database when %s', async (_title, inMs) => {
    const { issue, gate } = expecting(inMs);
    issue('get', 'a');
    expect(gate.counts().waiting).toBe(0);
  });
});

describe('a call in an old outage, after another client has proved that the server is there', () => {
  it('waits for as long as in a new outage, counted from then', async () => {
    const { issue, gate, clock, signsOfLife } = expecting(undefined);
    signsOfLife.note(clock.now());
    clock.travel(100);
    const command = issue('get', 'a');
    clock.travel(249);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
  });

  it('does not wait when that was longer ago than the longest wait', () => {
    const { issue, gate, clock, signsOfLife } = expecting(undefined);
    signsOfLife.note(clock.now());
    clock.travel(250);
    issue('get', 'a');
    expect(gate.counts().waiting).toBe(0);
  });

  it.each([
    ['a connection', (stage: GateStage) => stage.gate.serve()],
    [
      'the reply to a call that blocked',
      (stage: GateStage) => {
        stage.gate.serve();
        const blocking = stage.issue('blpop', 'list', 60);
        stage.clock.travel(5_000);
        stage.dispatch.answer(blocking, ['list', 'a']);
      },
    ],
  ])('%s is such a proof', (_title, prove) => {
    const stage = expecting(undefined);
    prove(stage);
    stage.gate.hold(10_000);
    expect(stage.signsOfLife.awaySince(10_000)).toBe(stage.clock.now());
  });

  it('the reply to a call that does not block is no such proof', () => {
    const stage = expecting(undefined);
    stage.dispatch.hasFastPath = false;
    stage.gate.serve();
    const servedAt = stage.clock.now();
    const ordinary = stage.issue('get', 'a');
    stage.clock.travel(500);
    stage.dispatch.answer(ordinary, 'value');
    expect(stage.signsOfLife.awaySince(10_000)).toBe(servedAt);
  });
});

describe('a blocking call in an old outage', () => {
  it.each([
    ['a tenth of a second', '0.1', 1_350],
    ['a minute', '60', 61_250],
  ])(
    'that would block for %s waits until its deadline, and the longest wait more',
    async (_title, seconds, waitsMs) => {
      const { issue, gate, clock } = expecting(undefined);
      const blocking = issue('blpop', 'list', seconds);
      clock.travel(waitsMs - 1);
      expect(gate.counts().waiting).toBe(1);
      clock.travel(1);
      expect(await fateOf(blocking)).toMatchObject({
        error: { code: 'REDIS_UNAVAILABLE', outcome: 'not-applied' },
      });
    },
  );

  it('waits until its deadline, and the longest wait more, when the outage begins while it waits', async () => {
    const { issue, gate, clock } = gateStage({}, undefined, { isNew: true });
    const blocking = issue('blpop', 'list', 1);
    clock.travel(200);
    gate.hold(10_000);
    clock.travel(2_049);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(await fateOf(blocking)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
  });

  it('that would block without limit waits without limit, and is sent when Redis is back', () => {
    const { issue, dispatch, gate, clock } = expecting(undefined);
    const blocking = issue('blpop', 'list', 0);
    clock.travel(1e6);
    expect(gate.counts().waiting).toBe(1);
    gate.serve();
    expect(dispatch.slow).toEqual([blocking]);
  });

  it('waits no longer than the budget of its request', async () => {
    const { issue, clock } = expecting(undefined);
    const blocking = runWithBudget(500, () => issue('blpop', 'list', 5));
    clock.travel(500);
    expect(await fateOf(blocking)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
  });
});

describe('a call that waits for the first connection', () => {
  it('waits for twice its time, however often the gate is held before anything has failed', () => {
    const { issue, gate, clock } = gateStage({}, undefined, { isNew: true });
    issue('get', 'a');
    gate.hold(undefined);
    clock.travel(1_999);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(gate.counts().waiting).toBe(0);
  });

  it('waits for as long when the client was closed and is connected again, whatever failed before', () => {
    const { issue, gate, clock } = gateStage();
    gate.hold(10_000);
    gate.serve();
    gate.end();
    clock.travel(60_000);
    gate.reopen();
    issue('get', 'a');
    clock.travel(1_999);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(gate.counts().waiting).toBe(0);
  });

  it('has its whole time for the reply once it is sent, but no more than twice its time in all', async () => {
    const stage = gateStage({}, undefined, { isNew: true });
    const early = stage.issue('get', 'a');
    stage.clock.travel(300);
    const late = stage.issue('get', 'b');
    stage.clock.travel(600);
    stage.gate.serve();
    stage.dispatch.write();
    stage.clock.travel(999);
    expect(stage.gate.counts().inFlight).toBe(2);
    stage.clock.travel(1);
    const failed = { error: { code: 'COMMAND_TIMEOUT', outcome: 'unknown' } };
    expect(await Promise.all([fateOf(early), fateOf(late)])).toMatchObject([failed, failed]);
    const latest = gateStage({}, undefined, { isNew: true });
    latest.issue('get', 'a');
    latest.clock.travel(1_700);
    latest.gate.serve();
    latest.dispatch.write();
    latest.clock.travel(299);
    expect(latest.gate.counts().inFlight).toBe(1);
    latest.clock.travel(1);
    expect(latest.gate.counts().inFlight).toBe(0);
  });

  it('waits no longer than in any outage once an attempt has failed, however long it has waited', () => {
    const { issue, gate, clock } = gateStage({}, undefined, { isNew: true });
    issue('get', 'a');
    clock.travel(1_200);
    gate.hold(10_000);
    clock.travel(1);
    expect(gate.counts().waiting).toBe(0);
  });

  it('waits no longer than in any outage once an attempt has failed', () => {
    const { issue, gate, clock } = gateStage({}, undefined, { isNew: true });
    issue('get', 'a');
    gate.hold(10_000);
    clock.travel(250);
    expect(gate.counts().waiting).toBe(0);
  });

  it('waits for another database that is about to take over, also when an attempt has failed', () => {
    const { issue, gate, clock } = gateStage({}, undefined, { isNew: true });
    issue('get', 'a');
    gate.state.expectChange(10_200);
    gate.hold(10_000);
    clock.travel(250);
    expect(gate.counts().waiting).toBe(1);
  });
});

it.each([
  ['connecting', 'connect-timeout'],
  ['reconnecting', 'connection-reset'],
] as const)(
  'a call that fails while the connection is %s has the reason %s if none is known',
  async (state, reason) => {
    const { issue, gate, line, clock } = gateStage();
    line.state = state;
    gate.hold(10_000);
    const command = issue('get', 'a');
    clock.travel(250);
    expect(await fateOf(command)).toMatchObject({ error: { reason } });
  },
);

it('a write that a replica cannot take is wanted from when it was issued; a read is not, nor is a write before', () => {
  const { issue, gate, clock, dispatch } = gateStage();
  dispatch.hasFastPath = false;
  gate.refresh();
  issue('set', 'a', '1');
  expect(gate.state.writesWantedAt).toBe(-Infinity);
  gate.holdWrites(10_000);
  issue('get', 'a');
  expect(gate.state.writesWantedAt).toBe(-Infinity);
  clock.travel(40);
  issue('set', 'a', '1');
  expect(gate.state.writesWantedAt).toBe(10_040);
});

it('a place for a lease is refused where reads are isolated by hand', () => {
  const { gate, circuits } = gateStage();
  expect(gate.state.factsForAll()).toEqual({ gate: 'serving', awaySince: undefined, isIsolated: false });
  circuits.write.isolate();
  expect(gate.state.factsForAll()).toMatchObject({ isIsolated: false });
  const putBack = circuits.read.isolate();
  gate.hold(10_000);
  expect(gate.state.factsForAll()).toEqual({ gate: 'held', awaySince: 10_000, isIsolated: true });
  putBack();
  expect(gate.state.factsForAll()).toMatchObject({ isIsolated: false });
});

it('a call that came back waits until its deadline for a part of Redis that is expected back, while the rest serves', () => {
  const { gate, dispatch } = gateStage();
  const call = slowCall(11_000);
  dispatch.away = { cause: 'cluster-down', isExpectedUntil: 10_000 };
  expect(gate.state.returnedWaitsUntil(call, 9_999)).toBe(11_000);
  expect(gate.state.returnedWaitsUntil(call, 10_000)).toBe(10_500);
  gate.hold(10_000);
  expect(gate.state.returnedWaitsUntil(call, 9_999)).toBe(10_499);
});
