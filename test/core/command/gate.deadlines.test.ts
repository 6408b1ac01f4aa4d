import { describe, expect, it } from 'vitest';
import { fateOf } from './call-of.ts';
import { gateStage } from './gate-stage.ts';
import { LoopClock } from './loop-clock.ts';

const timeout = (outcome: string, reason = 'slow'): object => ({
  error: { code: 'COMMAND_TIMEOUT', outcome, reason },
});

describe('a server that was found to be away', () => {
  const away = { error: { code: 'REDIS_UNAVAILABLE', reason: 'stalled', outcome: 'unknown' } };

  it('is given up by reads in flight after as long as a new call would wait; writes wait for the truth', async () => {
    const { issue, pipeline, dispatch, gate, line, clock } = gateStage();
    const kept = [
      issue('incr', 'a'),
      issue('publish', 'news', 'x'),
      issue('xread', 'BLOCK', 0, 'STREAMS', 'a', 0),
    ];
    const [first, ...batch] = [issue('get', 'a'), ...(await pipeline(['get', 'b'], ['hget', 'c', 'd']))];
    dispatch.write();
    clock.travel(150);
    const late = issue('get', 'e');
    dispatch.write();
    clock.travel(200);
    line.isServerSilent = true;
    line.cause = 'stalled';
    gate.hold(clock.now());
    clock.travel(249);
    expect(gate.counts().inFlight).toBe(kept.length + 3);
    clock.travel(1);
    for (const read of [first, ...batch, late]) expect(await fateOf(read)).toMatchObject(away);
    expect(gate.counts().inFlight).toBe(kept.length);
    clock.travel(400);
    expect(await fateOf(kept[0] as typeof late)).toMatchObject(timeout('unknown', 'stalled'));
    expect(gate.counts().inFlight).toBe(1);
  });

  it('is not given up when it answers first, nor where patience lasts until the deadline, nor while the server itself keeps it waiting', async () => {
    for (const [patience, isServerSilent, answers] of [
      ['verdict', true, true],
      ['deadline', true, false],
      ['verdict', false, false],
    ] as const) {
      const { issue, dispatch, gate, line, clock } = gateStage({ admission: { patience } });
      const read = issue('get', 'a');
      dispatch.write();
      clock.travel(200);
      line.isServerSilent = isServerSilent;
      line.cause = 'stalled';
      gate.hold(clock.now());
      if (answers) gate.serve();
      clock.travel(799);
      expect(gate.counts().inFlight).toBe(1);
      clock.travel(1);
      expect(await fateOf(read)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT' } });
    }
  });
});

describe('the deadline of a command', () => {
  it('fails it, and says whether it may have run', async () => {
    const { issue, dispatch, gate, clock } = gateStage();
    const sent = issue('incr', 'a');
    dispatch.write();
    const unwritten = issue('incr', 'b');
    clock.travel(999);
    expect(gate.counts().inFlight).toBe(2);
    clock.travel(1);
    expect(await fateOf(sent)).toMatchObject(timeout('unknown'));
    expect(await fateOf(unwritten)).toMatchObject(timeout('not-applied'));
    expect(gate.counts().inFlight).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('names why Redis is away, where that is known', async () => {
    const { issue, line, clock } = gateStage();
    const command = issue('get', 'a');
    line.cause = 'stalled';
    clock.travel(1_000);
    expect(await fateOf(command)).toMatchObject(timeout('not-applied', 'stalled'));
  });

  it('takes one timer for all commands in flight', () => {
    const { issue, gate, clock, dispatch } = gateStage();
    const first = issue('get', 'a');
    clock.travel(400);
    issue('get', 'b');
    issue('blpop', 'list', 1);
    expect(clock.pendingTimers).toBe(1);
    expect(clock.nextTimerAt).toBe(11_000);
    dispatch.answer(first);
    clock.travel(600);
    expect(clock.pendingTimers).toBe(1);
    expect(clock.nextTimerAt).toBe(11_400);
    clock.travel(400);
    expect(gate.counts().inFlight).toBe(1);
    expect(clock.nextTimerAt).toBe(12_400);
  });

  it('is not kept back by a later one of a command that blocks', async () => {
    const { issue, clock } = gateStage();
    issue('blpop', 'list', 60);
    expect(clock.nextTimerAt).toBe(71_000);
    const command = issue('get', 'a');
    expect(clock.nextTimerAt).toBe(11_000);
    clock.travel(1_000);
    expect(await fateOf(command)).toMatchObject(timeout('not-applied'));
    expect(clock.nextTimerAt).toBe(71_000);
  });

  it('is that of a blocking command plus the time for which it blocks, or none at all', async () => {
    const { issue, gate, clock } = gateStage();
    const [bounded, endless] = [issue('blpop', 'list', 2), issue('blpop', 'list', 0)];
    clock.travel(2_999);
    expect(gate.counts().inFlight).toBe(2);
    clock.travel(1);
    expect(await fateOf(bounded)).toMatchObject(timeout('not-applied'));
    clock.travel(1e6);
    expect(gate.counts().inFlight).toBe(1);
    expect(clock.pendingTimers).toBe(0);
    expect(endless.call?.settled).toBe(false);
  });

  it('counts from when a blocking command was sent, so that waiting for a connection takes nothing from it', async () => {
    const { issue, dispatch, gate, line, clock } = gateStage();
    line.state = 'connecting';
    gate.hold(undefined);
    const blocking = issue('blpop', 'list', 2);
    clock.travel(1_500);
    line.state = 'ready';
    gate.serve();
    expect(dispatch.slow).toEqual([blocking]);
    dispatch.write();
    clock.travel(2_999);
    expect(gate.counts().inFlight).toBe(1);
    clock.travel(1);
    expect(await fateOf(blocking)).toMatchObject(timeout('unknown'));
  });

  it('counts from when the bytes were written', async () => {
    const { issue, dispatch, clock } = gateStage();
    const command = issue('get', 'a');
    clock.travel(300);
    dispatch.write();
    clock.travel(999);
    expect(command.call?.settled).toBe(false);
    clock.travel(1);
    expect(await fateOf(command)).toMatchObject(timeout('unknown'));
  });

  it('does not fire on an answer that already lies in the socket', async () => {
    const { issue, dispatch, clock, gate } = gateStage({}, new LoopClock({ nowMs: 10_000 }));
    const [answered, silent] = [issue('get', 'a'), issue('get', 'b')];
    dispatch.write();
    clock.jump(1_700);
    clock.travel(0);
    expect(gate.counts().inFlight).toBe(2);
    // Before core fails overdue calls, it waits until the sockets have been read. Meanwhile, it sets no deadline timer.
    expect(clock.pendingTimers).toBe(0);
    issue('blpop', 'list', 0.1);
    expect(clock.pendingTimers).toBe(0);
    clock.turn();
    dispatch.answer(answered, 'value');
    clock.turn();
    expect(await answered.promise).toBe('value');
    expect(await fateOf(silent)).toMatchObject(timeout('unknown'));
    expect(gate.counts().inFlight).toBe(1);
    expect(clock.nextTimerAt).toBe(12_800);
  });

  it('spares what becomes overdue only while the sockets are read', () => {
    const { issue, clock, gate } = gateStage({}, new LoopClock({ nowMs: 10_000 }));
    const old = issue('get', 'a');
    gateStage();
    clock.jump(600);
    const young = issue('blpop', 'list', 0.001);
    clock.travel(400);
    clock.jump(700);
    clock.turn();
    clock.turn();
    expect([old.call?.settled, young.call?.settled]).toEqual([true, false]);
    clock.travel(1);
    clock.turn();
    clock.turn();
    expect(young.call?.settled).toBe(true);
    expect(gate.counts().inFlight).toBe(0);
  });

  it('holds for a command that waited for its connection, from when it was issued', async () => {
    const { issue, gate, clock } = gateStage();
    gate.hold(10_000);
    const command = issue('get', 'a');
    clock.travel(200);
    gate.serve();
    clock.travel(799);
    expect(command.call?.settled).toBe(false);
    clock.travel(1);
    expect(await fateOf(command)).toMatchObject(timeout('not-applied'));
  });

  it('is forgiven the time in which the process stood still', async () => {
    const { issue, gate, clock } = gateStage();
    const [fast, slow] = [issue('get', 'a'), issue('blpop', 'list', 0.5)];
    clock.travel(100);
    clock.jump(5_000);
    gate.extendDeadlines(5_000);
    clock.travel(0);
    expect(gate.counts().inFlight).toBe(2);
    clock.travel(900);
    expect(await fateOf(fast)).toMatchObject(timeout('not-applied'));
    clock.travel(499);
    expect(slow.call?.settled).toBe(false);
    clock.travel(1);
    expect(await fateOf(slow)).toMatchObject(timeout('not-applied'));
  });

  it('may be met by a timer that rings half a millisecond early', async () => {
    const { issue, gate, clock } = gateStage();
    gate.hold(10_000);
    const waiting = issue('get', 'a');
    clock.travel(0.4);
    const soon = issue('get', 'b');
    clock.travel(0.6);
    const later = issue('get', 'c');
    clock.travel(249);
    expect(await fateOf(waiting)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
    expect(await fateOf(soon)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
    expect(later.call?.settled).toBe(false);
  });

  it('is set again at once when only a wait was over', () => {
    const { issue, gate, clock, dispatch } = gateStage({}, new LoopClock({ nowMs: 10_000 }));
    issue('get', 'a');
    gate.holdWrites(10_000);
    issue('incr', 'b');
    clock.travel(250);
    expect(clock.nextTimerAt).toBe(11_000);
    expect(dispatch.sent).toEqual(['get']);
  });

  it('is counted once, and what the server answers after it counts for nothing', async () => {
    const { issue, dispatch, gate, clock, recorder } = gateStage();
    const [late, wrong] = [issue('get', 'a'), issue('get', 'b')];
    dispatch.write();
    clock.travel(1_000);
    dispatch.answer(late, 'value');
    dispatch.refuse(wrong, 'WRONGTYPE Operation against a key');
    expect(await fateOf(late)).toMatchObject(timeout('unknown'));
    expect(await fateOf(wrong)).toMatchObject(timeout('unknown'));
    expect(gate.counts().inFlight).toBe(0);
    expect(recorder.totals.read.results).toMatchObject({ ok: 0, REPLY: 0, COMMAND_TIMEOUT: 2 });
    expect(recorder.totals.read.durations.count).toBe(2);
  });

  it('counts a failure of the circuit when nothing else explains it', () => {
    const { issue, line, clock, circuits } = gateStage({ circuit: { maxConsecutiveFailures: 2 } });
    const expire = (): void => {
      issue('get', 'a');
      clock.travel(1_000);
    };
    line.cause = 'stalled';
    for (let time = 0; time < 5; time++) expire();
    line.cause = undefined;
    expire();
    expect(circuits.read.state).toBe('closed');
    expire();
    expect(circuits.read.state).toBe('open');
    expect(circuits.read.cause).toBe('slow');
  });
});

it('a process is kept alive by calls that wait, and not by calls in flight alone', () => {
  const kept: boolean[] = [];
  class WatchedClock extends LoopClock {
    override setTimeout(callback: () => void, delayMs: number): ReturnType<LoopClock['setTimeout']> {
      const timer = super.setTimeout(callback, delayMs);
      const index = kept.push(true) - 1;
      timer.unref = () => {
        kept[index] = false;
        return timer;
      };
      return timer;
    }
  }
  const { issue, gate, clock, dispatch } = gateStage({}, new WatchedClock({ nowMs: 10_000 }));
  issue('get', 'a');
  expect(kept).toEqual([false]);
  gate.hold(10_000);
  issue('get', 'b');
  expect(kept).toEqual([false, true]);
  expect(clock.pendingTimers).toBe(1);
  gate.serve();
  expect(kept).toEqual([false, true, false]);
  expect(clock.pendingTimers).toBe(1);
  dispatch.break();
  expect(gate.counts()).toMatchObject({ waiting: 2, inFlight: 0 });
  expect(kept).toEqual([false, true, false, true]);
});
