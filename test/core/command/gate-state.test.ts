import { describe, expect, it } from 'vitest';
import { batchOf, callOf, fateOf, lockRelease } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

it('the cause of a call is that of its part, else of the connection, else of held writes, else of its circuit', () => {
  const { gate, line, circuits, clock, dispatch } = gateStage();
  const calls = [callOf('get', 'a'), callOf('set', 'a', '1')];
  const causes = (): unknown[] => calls.map((call) => gate.state.causeOf(call));
  expect(causes()).toEqual([undefined, undefined]);
  circuits.read.trip('slow', clock.now());
  circuits.write.trip('error-rate', clock.now());
  expect(causes()).toEqual(['slow', 'error-rate']);
  line.writesHeldBy = 'read-only';
  expect(causes()).toEqual(['slow', 'read-only']);
  line.cause = 'stalled';
  expect(causes()).toEqual(['stalled', 'stalled']);
  dispatch.away = { cause: 'cluster-down', isExpectedUntil: 0 };
  expect(causes()).toEqual(['cluster-down', 'cluster-down']);
});

it('the situation of a call is what holds for it at this moment', () => {
  const { gate, line, clock, issue } = gateStage({ timeoutMs: 300, retry: { maxRetries: 2 } });
  const fast = issue('get', 'a').call;
  clock.travel(50);
  const call = callOf('set', 'a', '1');
  expect(gate.state.situationOf(call)).toEqual({
    now: 10_050,
    deadlineAt: 10_350,
    isEnded: false,
    canRun: true,
    laneCause: undefined,
    isServerAway: false,
    reason: 'slow',
    retryBudgetAllows: true,
    maxRetries: 2,
    role: 'primary',
    categories: {},
  });
  expect(gate.state.situationOf(fast as typeof call)).toMatchObject({ deadlineAt: 10_300 });
  line.writesHeldBy = 'read-only';
  gate.holdWrites(10_000);
  expect(gate.state.situationOf(call)).toMatchObject({
    canRun: false,
    laneCause: 'read-only',
    isServerAway: true,
  });
  expect(gate.state.situationOf(fast as typeof call)).toMatchObject({ canRun: true });
  gate.end();
  expect(gate.state.situationOf(call)).toMatchObject({ isEnded: true, canRun: false });
});

it('an error tells of its connection: its state, its age, and when it is tried again', () => {
  const { gate, line, circuits, clock } = gateStage({ name: 'sessions' });
  const call = callOf('incr', 'a');
  call.sends = 3;
  const load = { waiting: 4, inFlight: 5 };
  line.state = 'stalled';
  expect(gate.state.errorContextOf(call, load)).toEqual({
    name: 'sessions',
    lane: 'write',
    retryAfterMs: undefined,
    forensics: {
      command: 'incr',
      attempt: 3,
      connectionState: 'stalled',
      waiting: 4,
      inFlight: 5,
      lastReadAgeMs: undefined,
      lastWriteAgeMs: undefined,
      eventLoopLagMs: 0,
    },
  });
  line.readAt = 9_990;
  line.writtenAt = 9_980;
  circuits.write.trip('slow', clock.now());
  expect(gate.state.errorContextOf(call, load)).toMatchObject({
    retryAfterMs: 375,
    forensics: { lastReadAgeMs: 10, lastWriteAgeMs: 20 },
  });
  line.nextAttempt = 25;
  expect(gate.state.errorContextOf(call, load)).toMatchObject({ retryAfterMs: 25 });
});

it('batches are sent at once only where nothing stands in their way', () => {
  const { gate, issue, dispatch } = gateStage();
  const { call } = batchOf(['get', 'a']);
  expect(gate.state.takesAtOnce(call)).toBe(true);
  dispatch.hasFastPath = false;
  gate.refresh();
  expect(gate.state.takesAtOnce(call)).toBe(true);
  issue('watch', 'a');
  expect(gate.state.takesAtOnce(call)).toBe(false);
  issue('unwatch');
  expect(gate.state.takesAtOnce(call)).toBe(true);
  dispatch.away = { cause: 'stalled', isExpectedUntil: 0 };
  gate.refresh();
  expect(gate.state.takesAtOnce(call)).toBe(false);
  dispatch.away = undefined;
  gate.holdWrites(0);
  expect(gate.state.takesAtOnce(call)).toBe(false);
});

describe('a client that has been told to QUIT', () => {
  const closed = { error: { code: 'REDIS_UNAVAILABLE', reason: 'closed', outcome: 'not-applied' } };

  it('sends nothing but another QUIT until it is connected again', async () => {
    const { issue, gate, dispatch, clock } = gateStage();
    issue('quit');
    const late = issue('get', 'a');
    clock.travel(0);
    expect(await fateOf(late)).toMatchObject(closed);
    issue('quit');
    expect(dispatch.sent).toEqual(['quit', 'quit']);
    gate.end();
    gate.reopen();
    gate.serve();
    issue('get', 'a');
    expect(dispatch.sent).toEqual(['get', 'quit', 'quit']);
  });

  it('sends commands again once it is connected again, also if it had ended before the QUIT', () => {
    const { issue, gate, dispatch } = gateStage();
    gate.end();
    issue('quit');
    gate.reopen();
    gate.serve();
    issue('get', 'a');
    expect(dispatch.sent).toEqual(['get']);
  });
});

it('a lock whose release was refused in an outage is released when Redis is back, and not before', () => {
  const { issue, gate, dispatch, clock } = gateStage();
  clock.travel(60_000);
  gate.hold(10_000);
  issue('eval', ...lockRelease);
  clock.travel(0);
  expect([gate.counts().waiting, dispatch.asked]).toEqual([0, []]);
  gate.serve();
  expect(dispatch.asked).toEqual(['eval']);
});
