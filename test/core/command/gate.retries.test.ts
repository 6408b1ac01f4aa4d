import { createRandom } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { runWithBudget } from '../../../packages/core/src/verbs/request-budget.ts';
import { connectionError, fateOf } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

const tryAgain = 'TRYAGAIN Multiple keys request during rehashing of slot';

describe('a call that was lost with its connection', () => {
  it('waits for the next one, before fresh calls, and is sent again in its order', async () => {
    const { issue, dispatch, gate, told, clock } = gateStage();
    const lost = [issue('get', 'a'), issue('set', 'b', '1')];
    dispatch.write();
    gate.hold(10_000);
    const fresh = issue('get', 'c');
    dispatch.break();
    expect(gate.counts()).toEqual({ waiting: 3, waitingBytes: 1, inFlight: 0 });
    clock.travel(10);
    gate.serve();
    expect(dispatch.slow).toEqual([...lost, fresh]);
    expect(told).toEqual([
      { event: 'retry', command: 'get', attempt: 1, outcome: 'unknown' },
      { event: 'retry', command: 'set', attempt: 1, outcome: 'unknown' },
    ]);
    for (const command of lost) dispatch.answer(command, 'OK');
    expect(await Promise.all(lost.map(({ promise }) => promise))).toEqual(['OK', 'OK']);
  });

  it('waits twice as long as a fresh one, and no longer than its deadline', async () => {
    const { issue, dispatch, gate, clock } = gateStage();
    const early = issue('get', 'a');
    clock.travel(700);
    const late = issue('get', 'b');
    gate.hold(10_700);
    dispatch.break();
    clock.travel(299);
    expect(gate.counts().waiting).toBe(2);
    clock.travel(1);
    expect(await fateOf(early)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
    clock.travel(199);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(await fateOf(late)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
  });

  it('waits until its deadline and the longest wait more, if it blocks', async () => {
    const { issue, dispatch, gate, clock } = gateStage();
    const blocking = issue('xread', 'BLOCK', 2_000, 'STREAMS', 'a', '0');
    dispatch.write();
    gate.hold(10_000);
    dispatch.break();
    clock.travel(3_249);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(await fateOf(blocking)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
  });

  it('is sent again after a jittered delay where the gate still serves', () => {
    const { issue, dispatch, gate, clock } = gateStage({ random: () => 0.25 });
    const command = issue('get', 'a');
    dispatch.break();
    expect(gate.counts()).toEqual({ waiting: 1, waitingBytes: 0, inFlight: 0 });
    clock.travel(10.9);
    expect(dispatch.slow).toEqual([]);
    clock.travel(0.1);
    expect(dispatch.slow).toEqual([command]);
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 1 });
  });

  it('waits for the gate when that is held at the end of its delay', () => {
    const { issue, dispatch, gate, clock } = gateStage();
    const command = issue('get', 'a');
    dispatch.break();
    gate.hold(10_000);
    clock.travel(100);
    expect(dispatch.slow).toEqual([]);
    expect(gate.counts().waiting).toBe(1);
    gate.serve();
    expect(dispatch.slow).toEqual([command]);
  });

  it('fails with an unknown outcome where a repetition would count twice', async () => {
    const { issue, dispatch, gate, line } = gateStage();
    const [written, other] = [issue('incr', 'a'), issue('incr', 'b')];
    dispatch.write();
    const unwritten = issue('incr', 'c');
    line.cause = 'connection-reset';
    line.nextAttempt = 60;
    gate.hold(10_000);
    dispatch.break();
    expect(await fateOf(written)).toMatchObject({
      error: {
        code: 'OUTCOME_UNKNOWN',
        reason: 'connection-reset',
        retryAfterMs: 60,
        cause: connectionError(),
        forensics: { command: 'incr', attempt: 1, waiting: 0, inFlight: 2 },
      },
    });
    expect(await fateOf(other)).toMatchObject({ error: { code: 'OUTCOME_UNKNOWN' } });
    expect(unwritten.call?.settled).toBe(false);
    expect(gate.counts().waiting).toBe(1);
  });

  it('remembers across its sends that one of them may have run', async () => {
    const { issue, dispatch, gate, clock } = gateStage();
    const command = issue('set', 'a', '1');
    dispatch.write();
    dispatch.break();
    clock.travel(100);
    expect(dispatch.slow).toEqual([command]);
    gate.end();
    expect(await fateOf(command)).toMatchObject({ error: { code: 'OUTCOME_UNKNOWN', reason: 'closed' } });
  });

  it('is not charged to the retry budget', () => {
    const { issue, dispatch, retryBudget, clock } = gateStage();
    issue('get', 'a');
    dispatch.break();
    clock.travel(100);
    expect(retryBudget.level).toBe(100);
  });

  it('keeps its own deadline through all retries', async () => {
    const { issue, dispatch, clock } = gateStage();
    const command = issue('get', 'a');
    clock.travel(990);
    dispatch.break();
    clock.travel(9);
    expect(command.call?.settled).toBe(false);
    clock.travel(1_000);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT' } });
  });
});

describe('a call that the server refuses', () => {
  it('gets a reply that is its own', async () => {
    const { issue, dispatch, line, recorder } = gateStage();
    const command = issue('incr', 'a');
    dispatch.refuse(command, 'WRONGTYPE Operation against a key');
    expect(await fateOf(command)).toMatchObject({ error: { name: 'ReplyError', outcome: 'refused' } });
    expect(line.judged).toEqual([]);
    expect(recorder.totals.write.results).toMatchObject({ REPLY: 1, ok: 0 });
  });

  it('pays for its retry when it alone was refused, and fails when it cannot', async () => {
    const { issue, dispatch, retryBudget, clock, line } = gateStage({ retry: { budgetTokens: 5 } });
    const command = issue('mget', 'a', 'b');
    dispatch.refuse(command, tryAgain);
    expect(retryBudget.level).toBe(0);
    for (let free = 0; free < 3; free++) {
      clock.travel(201);
      dispatch.refuse(command, tryAgain);
    }
    clock.travel(201);
    dispatch.refuse(command, tryAgain);
    expect(await fateOf(command)).toMatchObject({
      error: { code: 'REDIS_UNAVAILABLE', reason: 'cluster-down', outcome: 'not-applied' },
    });
    expect(line.judged).toEqual([]);
  });

  it('is sent again after its delay, although the process stood still for longer than its deadline', () => {
    const { issue, dispatch, clock, stallDetector } = gateStage();
    stallDetector.start();
    const command = issue('get', 'a');
    dispatch.write();
    dispatch.refuse(command, tryAgain);
    clock.jump(5_000);
    clock.travel(0);
    expect(dispatch.sent).toEqual(['get', 'get']);
    expect(command.call?.settled).toBe(false);
    stallDetector.stop();
  });

  it('tells its connection what the reply says of the server, before it is sent again', () => {
    const { issue, dispatch, line, gate, told } = gateStage();
    const command = issue('get', 'a');
    line.judge = (verdict) => {
      line.judged.push(verdict);
      expect(told).toEqual([]);
      gate.hold(10_000);
    };
    dispatch.refuse(command, 'LOADING Redis is loading the dataset in memory');
    expect(line.judged).toMatchObject([{ cause: 'loading', scope: 'server' }]);
    expect(gate.counts()).toEqual({ waiting: 1, waitingBytes: 0, inFlight: 0 });
    gate.serve();
    expect(dispatch.slow).toEqual([command]);
  });

  it('did not run, also when the client is closed while it waits', async () => {
    const { issue, dispatch, gate } = gateStage();
    const command = issue('incr', 'a');
    dispatch.write();
    gate.hold(10_000);
    dispatch.refuse(command, 'LOADING Redis is loading the dataset in memory');
    gate.end();
    expect(await fateOf(command)).toMatchObject({
      error: { code: 'REDIS_UNAVAILABLE', reason: 'closed', outcome: 'not-applied' },
    });
  });

  it('tells its connection of a replica in the place of the primary', () => {
    const { issue, dispatch, line, circuits } = gateStage();
    dispatch.refuse(issue('set', 'a', '1'), "READONLY You can't write against a read only replica.");
    expect(line.judged).toMatchObject([{ cause: 'read-only' }]);
    expect(circuits.write.state).toBe('closed');
  });

  it('tells its connection of a cluster that takes no writes', () => {
    const { issue, dispatch, line, circuits } = gateStage();
    const text = 'CLUSTERDOWN The cluster is down and only accepts read commands';
    dispatch.refuse(issue('set', 'a', '1'), text);
    expect(line.judged).toMatchObject([{ cause: 'cluster-down' }]);
    expect(circuits.write.state).toBe('closed');
  });

  it('trips the circuit of writes when writes are refused, also as a read', async () => {
    const { issue, dispatch, line, circuits } = gateStage();
    const write = issue('set', 'a', '1');
    dispatch.refuse(write, "OOM command not allowed when used memory > 'maxmemory'.");
    expect(circuits.write.cause).toBe('out-of-memory');
    expect(await fateOf(write)).toMatchObject({
      error: { code: 'REDIS_UNAVAILABLE', reason: 'out-of-memory' },
    });
    const read = issue('ping');
    dispatch.refuse(read, 'MISCONF Redis is configured to save RDB snapshots');
    expect(circuits.write.cause).toBe('persistence');
    expect(circuits.read.state).toBe('closed');
    expect(line.judged).toEqual([]);
  });

  it('does not tell its connection what is a success all the same', async () => {
    const { issue, dispatch, line } = gateStage();
    const command = issue('auth', 'secret');
    dispatch.refuse(command, 'WRONGPASS invalid username-password pair');
    expect(await fateOf(command)).toMatchObject({ error: { name: 'ReplyError' } });
    expect(line.judged).toEqual([]);
  });

  it('counts in the circuit what the server could not do, and nothing while it is tried again', () => {
    const { issue, dispatch, circuits, clock } = gateStage({
      circuit: { maxConsecutiveFailures: 2 },
      retry: { maxRetries: 0 },
    });
    for (let time = 0; time < 2; time++) {
      dispatch.refuse(issue('get', 'a'), tryAgain);
      expect(circuits.read.state).toBe(time === 0 ? 'closed' : 'open');
      clock.travel(1_000);
    }
  });
});

describe('a call that CLIENT UNBLOCK released', () => {
  it('is sent again at its empty answer, unseen, with the same deadline', async () => {
    const { issue, dispatch, gate, told, recorder } = gateStage();
    const releases = [true];
    dispatch.releaseBook = { abandoned: () => undefined, take: () => releases.pop() === true };
    const command = issue('blpop', 'list', 5);
    dispatch.answer(command, null);
    expect(dispatch.slow).toEqual([command, command]);
    expect(told).toEqual([]);
    expect(recorder.totals.write.durations.count).toBe(0);
    expect(gate.counts().inFlight).toBe(1);
    dispatch.answer(command, null);
    expect(await command.promise).toBeNull();
  });

  it('is not sent again at the very end of its time, when an element that it took would be lost', async () => {
    const { issue, dispatch, clock } = gateStage();
    dispatch.releaseBook = { abandoned: () => undefined, take: () => true };
    // The timer of the reply is set before the timer of the deadline, so the reply comes first.
    clock.setTimeout(() => dispatch.answer(dispatch.slow[0] as DriverCommand, null), 1_000);
    await runWithBudget(1_000, async () => issue('blpop', 'list', 5));
    const [command] = dispatch.slow as [DriverCommand];
    clock.travel(1_000);
    expect(dispatch.slow).toEqual([command]);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT' } });
  });

  it('gets a value that came all the same', async () => {
    const { issue, dispatch } = gateStage();
    dispatch.releaseBook = { abandoned: () => undefined, take: () => true };
    const command = issue('blpop', 'list', 5);
    dispatch.answer(command, ['list', 'job']);
    expect(await command.promise).toEqual(['list', 'job']);
  });

  it('took nothing when the connection broke instead', () => {
    const { issue, dispatch, gate, told } = gateStage();
    const command = issue('blpop', 'list', 5);
    dispatch.write();
    (command.call as { released: boolean }).released = true;
    dispatch.break();
    expect(told).toEqual([{ event: 'retry', command: 'blpop', attempt: 1, outcome: 'not-applied' }]);
    expect(command.call?.released).toBe(false);
    expect(gate.counts().waiting).toBe(1);
  });
});

it('a call on the fast path cannot be released, because it does not block', () => {
  const { issue } = gateStage();
  const { call } = issue('get', 'a');
  (call as { released: boolean }).released = true;
  expect(call?.released).toBe(false);
});

it('a mistake of the caller that the driver refuses is its own, and counts for nothing', async () => {
  const { issue, dispatch, recorder, told, gate } = gateStage();
  const mistake = new Error('Connection in subscriber mode, only subscriber commands may be used');
  const command = issue('get', 'a');
  dispatch.fail(command, mistake);
  expect(await fateOf(command)).toEqual({ error: mistake });
  expect(recorder.totals.read.durations.count).toBe(0);
  expect(told).toEqual([]);
  expect(gate.counts().inFlight).toBe(0);
});

it('a driver that says itself when it writes leaves a call unwritten until then', async () => {
  const { issue, dispatch } = gateStage();
  dispatch.writesAtOnce = false;
  dispatch.hasFastPath = false;
  const { issue: issueSlow, dispatch: other } = gateStage({ retry: { maxRetries: 0 } });
  other.writesAtOnce = false;
  const command = issueSlow('blpop', 'list', 1);
  other.write();
  other.break();
  expect(await fateOf(command)).toMatchObject({
    error: { code: 'REDIS_UNAVAILABLE', outcome: 'not-applied' },
  });
  expect(issue('blpop', 'list', 1).call?.written).toBeUndefined();
});

describe('the pause before a retry', () => {
  it('ends at the deadline, and nothing is sent from then on', async () => {
    const random = createRandom(7);
    let late = 0;
    let retries = 0;
    for (let round = 0; round < 300; round += 1) {
      const { issue, dispatch, clock } = gateStage({ random, retry: { budgetTokens: 1_000 } });
      const deadlineAt = clock.now() + 1_000;
      const send = dispatch.send;
      dispatch.send = (...given) => {
        retries += 1;
        // A timer may fire half a millisecond early, so a call with less time than that must not be sent again.
        if (clock.now() >= deadlineAt - 0.5) late += 1;
        return send(...given);
      };
      const command = issue('mget', 'a', 'b');
      clock.travel(900 + Math.floor(random() * 99));
      dispatch.refuse(command, tryAgain);
      while (clock.now() < deadlineAt + 300) clock.travel(0.25 + random());
      expect(command.call?.settled).toBe(true);
      expect(await fateOf(command)).toMatchObject({ error: { outcome: 'not-applied' } });
    }
    expect(retries).toBeGreaterThan(0);
    expect(late).toBe(0);
  });
});
