import { describe, expect, it } from 'vitest';
import type { Call } from '../../../packages/core/src/command/call.ts';
import { runWithBudget } from '../../../packages/core/src/verbs/request-budget.ts';
import { commandOf, connectionError, fateOf, withUsualStacks } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

const closedError = { error: { code: 'REDIS_UNAVAILABLE', reason: 'closed', retryAfterMs: undefined } };

describe('a gate that serves', () => {
  it('sends a plain command straight to the socket, and gives its answer to the caller', async () => {
    const { issue, dispatch, gate } = gateStage();
    const command = issue('get', 'a');
    expect(dispatch.fast).toEqual([command]);
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 1 });
    dispatch.answer(command, 'value');
    expect(await command.promise).toBe('value');
    expect(gate.counts().inFlight).toBe(0);
  });

  it('gives a command that is not plain to the driver, and every command without a fast path', async () => {
    const { issue, dispatch, gate } = gateStage();
    const blocking = issue('blpop', 'list', 1);
    expect([dispatch.fast, dispatch.slow]).toEqual([[], [blocking]]);
    dispatch.hasFastPath = false;
    gate.refresh();
    const plain = issue('get', 'a');
    expect(dispatch.slow).toEqual([blocking, plain]);
    expect(gate.counts().inFlight).toBe(2);
    dispatch.answer(plain, 'value');
    expect(await plain.promise).toBe('value');
  });

  it('passes on with which stream and to which node a command is to go', () => {
    const { entrance, dispatch } = gateStage();
    const stage = gateStage();
    const command = stage.issue('get', 'a');
    expect(stage.dispatch.fast).toEqual([command]);
    const stream = { isPipeline: false };
    const other = stage.dispatch.fast[0] as (typeof stage.dispatch.fast)[0];
    other.call = undefined;
    entrance.handle(other, stream, 'a node');
    expect(dispatch.givenWith).toEqual([{ stream, node: 'a node' }]);
  });

  it('wakes a driver that was told to be lazy', () => {
    const { issue, dispatch } = gateStage();
    issue('blpop', 'list', 1);
    expect(dispatch.wakes).toBe(1);
  });

  it('lets the handshake of the driver pass untouched', () => {
    const { issue, dispatch, gate } = gateStage();
    gate.hold(undefined);
    dispatch.handshakeName = 'hello';
    const command = issue('hello', 3);
    expect(dispatch.slow).toEqual([command]);
    expect(command.call).toBeUndefined();
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 0 });
  });

  it('lets the driver send again what it has in its own queue, unless the caller was answered', async () => {
    const { issue, dispatch, entrance, clock } = gateStage({ timeoutMs: 100 });
    dispatch.hasFastPath = true;
    const command = issue('blpop', 'list', 0.1);
    entrance.handle(command);
    expect(dispatch.slow).toEqual([command, command]);
    clock.travel(1_000);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT' } });
    expect(entrance.handle(command)).toBe(command.promise);
    expect(dispatch.slow).toHaveLength(2);
    entrance.handle(command, { isPipeline: true });
    expect(dispatch.slow).toHaveLength(3);
  });

  it('refuses more calls in flight than may be, on either path', async () => {
    const { issue, dispatch, clock } = gateStage({ admission: { maxInFlight: 2 } });
    const first = issue('get', 'a');
    issue('blpop', 'list', 1);
    const [plain, blocking] = [issue('get', 'b'), issue('blpop', 'list', 1)];
    clock.travel(0);
    expect(await fateOf(plain)).toMatchObject({ error: { code: 'OVERLOADED', reason: 'overloaded' } });
    expect(await fateOf(blocking)).toMatchObject({ error: { code: 'OVERLOADED', outcome: 'not-applied' } });
    dispatch.answer(first);
    issue('get', 'c');
    expect(dispatch.sent).toEqual(['get', 'get', 'blpop']);
  });

  it('lets commands wait while the socket takes no bytes, and leave once it does', () => {
    const { issue, dispatch, gate } = gateStage();
    dispatch.isTakingBytes = false;
    gate.refresh();
    const command = issue('get', 'a');
    expect(gate.counts()).toEqual({ waiting: 1, waitingBytes: 1, inFlight: 0 });
    dispatch.isTakingBytes = true;
    gate.refresh();
    expect(dispatch.slow).toEqual([command]);
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 1 });
  });

  it('takes all commands of a burst that fills the socket: only their number is bounded', async () => {
    const { issue, dispatch, gate, clock } = gateStage({
      admission: { maxWaiting: 2, maxWaitingBytes: 10, maxInFlight: 5 },
    });
    issue('get', 'a');
    dispatch.isTakingBytes = false;
    gate.refresh();
    for (let count = 0; count < 4; count++) issue('set', 'a', 'x'.repeat(100));
    expect(gate.counts()).toMatchObject({ waiting: 4, inFlight: 1 });
    const beyond = issue('get', 'a');
    clock.travel(0);
    expect(await fateOf(beyond)).toMatchObject({ error: { code: 'OVERLOADED', reason: 'overloaded' } });
  });

  it('takes all commands of a burst before the first connection: only their number is bounded', async () => {
    const { issue, gate, clock } = gateStage({
      admission: { maxWaiting: 2, maxWaitingBytes: 10, maxInFlight: 5 },
    });
    gate.hold(undefined);
    for (let count = 0; count < 5; count++) issue('set', 'a', 'x'.repeat(100));
    expect(gate.counts().waiting).toBe(5);
    const beyond = issue('get', 'a');
    clock.travel(0);
    expect(await fateOf(beyond)).toMatchObject({ error: { code: 'OVERLOADED', reason: 'overloaded' } });
  });

  it('fails a command with a reason when the socket takes no bytes until its deadline', async () => {
    const { issue, dispatch, gate, clock } = gateStage();
    dispatch.isTakingBytes = false;
    gate.refresh();
    const command = issue('get', 'a');
    clock.travel(999);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(await fateOf(command)).toMatchObject({
      error: { code: 'COMMAND_TIMEOUT', reason: 'slow', outcome: 'not-applied' },
    });
  });

  it('answers the caller with what the driver cannot read of a reply', async () => {
    const { entrance, dispatch, recorder } = gateStage();
    const command = commandOf('get', 'a');
    const error = new Error('unreadable');
    // The driver calls `reject` within `resolve` if it fails to convert the reply.
    command.resolve = () => command.reject(error);
    entrance.handle(command);
    dispatch.answer(command, 'value');
    expect(await fateOf(command)).toEqual({ error });
    expect(recorder.totals.read.results).toMatchObject({ ok: 1, REPLY: 0 });
  });

  it('gives the caller who withdraws a command the error for that, and counts nothing', async () => {
    const { issue, dispatch, gate, circuits, recorder } = gateStage();
    const command = issue('get', 'a');
    const error = new Error('withdrawn');
    const call = command.call as Call;
    call.owner.withdraw(call, error);
    expect(await fateOf(command)).toEqual({ error });
    expect(gate.counts().inFlight).toBe(0);
    dispatch.answer(command, 'value');
    expect([circuits.read.state, recorder.totals.read.durations.count]).toEqual(['closed', 0]);
  });
});

describe('a gate that is held', () => {
  it('is a new gate too: commands wait until it serves', async () => {
    const { issue, pipeline, dispatch, gate } = gateStage({}, undefined, { isNew: true });
    const command = issue('get', 'a');
    const batch = await pipeline(['get', 'b']);
    expect(dispatch.sent).toEqual([]);
    gate.serve();
    expect(dispatch.slow).toEqual([command, ...batch]);
  });

  it('lets fresh commands wait, and lets them leave in their order once it serves', () => {
    const { issue, dispatch, gate } = gateStage();
    gate.hold(10_000);
    const commands = [issue('get', 'a'), issue('incr', 'b'), issue('get', 'c')];
    expect(gate.counts()).toEqual({ waiting: 3, waitingBytes: 3, inFlight: 0 });
    expect(dispatch.sent).toEqual([]);
    gate.serve();
    expect(dispatch.slow).toEqual(commands);
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 3 });
  });

  it('gives up each command after the longest wait, with the cause of the outage', async () => {
    const { issue, gate, line, clock } = gateStage();
    gate.hold(10_000);
    line.cause = 'connection-refused';
    line.nextAttempt = 30;
    const first = issue('get', 'a');
    clock.travel(100);
    const second = issue('incr', 'a');
    clock.travel(149);
    expect(gate.counts().waiting).toBe(2);
    clock.travel(1);
    expect(await fateOf(first)).toMatchObject({
      error: {
        code: 'REDIS_UNAVAILABLE',
        reason: 'connection-refused',
        outcome: 'not-applied',
        retryAfterMs: 30,
      },
    });
    expect(gate.counts().waiting).toBe(1);
    clock.travel(100);
    expect(await fateOf(second)).toMatchObject({ error: { reason: 'connection-refused' } });
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not let a command wait beyond its deadline', async () => {
    const { issue, gate, clock } = gateStage({ timeoutMs: 80 });
    gate.hold(10_000);
    const command = issue('get', 'a');
    clock.travel(80);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
  });

  it('refuses at once when the outage is older than a wait, but tells in the next turn', async () => {
    const { issue, gate, line, clock, told } = gateStage();
    clock.travel(250);
    gate.hold(10_000);
    line.cause = 'stalled';
    const command = issue('get', 'a');
    expect(told).toEqual([
      {
        event: 'command-failed',
        command: 'get',
        code: 'REDIS_UNAVAILABLE',
        reason: 'stalled',
        outcome: 'not-applied',
        attempts: 0,
        lane: 'read',
      },
    ]);
    let isTold = false;
    command.promise.catch(() => (isTold = true));
    await Promise.resolve();
    expect(isTold).toBe(false);
    clock.travel(0);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE', reason: 'stalled' } });
  });

  it('shows in the stack of a call that is refused at once who issued it', async () => {
    withUsualStacks();
    const { issue, pipeline, gate, clock } = gateStage();
    clock.travel(60_000);
    gate.hold(10_000);
    const command = issue('get', 'a');
    const batch = await pipeline(['get', 'b']);
    clock.travel(0);
    const [refused, ofBatch] = await Promise.all([command, ...batch].map((each) => fateOf(each)));
    expect(linesOf(refused)[0]).toContain('issue');
    expect(linesOf(ofBatch)).not.toEqual([]);
  });

  it('refuses a command for which the bounded queue has no room', async () => {
    const { issue, gate, clock } = gateStage({ admission: { maxWaiting: 2, maxWaitingBytes: 100 } });
    gate.hold(10_000);
    issue('get', 'a');
    const long = issue('set', 'a', 'x'.repeat(100));
    issue('get', 'b');
    const third = issue('get', 'c');
    clock.travel(0);
    expect(await fateOf(long)).toMatchObject({ error: { code: 'OVERLOADED' } });
    expect(await fateOf(third)).toMatchObject({ error: { code: 'OVERLOADED' } });
    expect(gate.counts()).toEqual({ waiting: 2, waitingBytes: 2, inFlight: 0 });
  });

  it('lets a command wait for the first attempt to connect for twice its time, and names a reason then', async () => {
    const { issue, gate, line, clock } = gateStage();
    line.state = 'connecting';
    gate.hold(undefined);
    clock.travel(60_000);
    const command = issue('get', 'a');
    clock.travel(1_999);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(await fateOf(command)).toMatchObject({
      error: { code: 'REDIS_UNAVAILABLE', reason: 'connect-timeout', outcome: 'not-applied' },
    });
  });

  it('lets commands wait no longer than in any outage once the first attempt to connect has failed', async () => {
    const { issue, gate, line, clock } = gateStage();
    line.state = 'connecting';
    gate.hold(undefined);
    const [early, blocking] = [issue('get', 'a'), issue('blpop', 'list', 1)];
    clock.travel(200);
    const late = issue('get', 'b');
    line.cause = 'connection-refused';
    gate.hold(10_000);
    clock.travel(50);
    expect(await fateOf(early)).toMatchObject({ error: { reason: 'connection-refused' } });
    expect(gate.counts().waiting).toBe(2);
    clock.travel(200);
    expect(await fateOf(late)).toMatchObject({ error: { reason: 'connection-refused' } });
    clock.travel(1_799);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(await fateOf(blocking)).toMatchObject({ error: { reason: 'connection-refused' } });
  });

  it('lets QUIT wait for the blocking commands before it, one after another', () => {
    const { issue, dispatch, clock } = gateStage();
    issue('blpop', 'a', '2');
    issue('blpop', 'b', '3');
    issue('blpop', 'c', '0');
    const quit = issue('quit');
    clock.travel(5_999);
    expect(dispatch.left).toEqual([]);
    clock.travel(1);
    expect(dispatch.left).toEqual([quit]);
  });

  it('ends the client at QUIT, which has no connection to be said on', () => {
    const { issue, dispatch, gate } = gateStage();
    issue('quit');
    expect([dispatch.sent, dispatch.left]).toEqual([['quit'], []]);
    gate.hold(10_000);
    const unsaid = issue('quit');
    expect(dispatch.left).toEqual([unsaid]);
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 1 });
  });
});

describe('a gate that holds writes', () => {
  it('lets reads go on and writes wait, until a primary answers', () => {
    const { issue, dispatch, gate } = gateStage();
    gate.holdWrites(10_000);
    issue('get', 'a');
    issue('incr', 'a');
    issue('get', 'b');
    expect(dispatch.slow.map(({ args }) => args)).toEqual([['a'], ['b']]);
    expect(gate.counts().waiting).toBe(1);
    gate.refresh();
    expect(gate.counts().waiting).toBe(1);
    gate.holdWrites(undefined);
    expect(dispatch.sent).toEqual(['get', 'get', 'incr']);
    issue('get', 'c');
    expect(dispatch.fast).toHaveLength(1);
  });

  it('refuses writes once that is older than a wait, with the reason for it', async () => {
    const { issue, gate, line, clock } = gateStage();
    gate.holdWrites(9_000);
    line.writesHeldBy = 'read-only';
    const command = issue('incr', 'a');
    clock.travel(0);
    expect(await fateOf(command)).toMatchObject({
      error: { code: 'REDIS_UNAVAILABLE', reason: 'read-only' },
    });
  });
});

describe('a gate that ends', () => {
  it('answers every call: waiting, delayed, in flight; and refuses every later one', async () => {
    const { issue, dispatch, gate, clock } = gateStage();
    const flying = [issue('get', 'a'), issue('incr', 'b'), issue('blpop', 'list', 0)];
    dispatch.write();
    const unwritten = issue('incr', 'c');
    const delayed = issue('get', 'd');
    dispatch.fail(delayed, connectionError());
    gate.hold(10_000);
    const waiting = issue('incr', 'e');
    gate.end();
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 0 });
    expect(
      await Promise.all([...flying, unwritten, delayed, waiting].map((each) => fateOf(each))),
    ).toMatchObject([
      { error: { code: 'REDIS_UNAVAILABLE', reason: 'closed', outcome: 'unknown' } },
      { error: { code: 'OUTCOME_UNKNOWN', reason: 'closed' } },
      { error: { code: 'OUTCOME_UNKNOWN', reason: 'closed' } },
      { error: { code: 'REDIS_UNAVAILABLE', reason: 'closed', outcome: 'not-applied' } },
      closedError,
      closedError,
    ]);
    expect(clock.pendingTimers).toBe(0);
    const late = issue('get', 'f');
    clock.travel(0);
    expect(await fateOf(late)).toMatchObject(closedError);
  });

  it('answers what unsubscribes, in flight or waiting: no subscription is left', async () => {
    const { issue, dispatch, gate } = gateStage();
    const flying = issue('unsubscribe', 'news');
    dispatch.write();
    gate.hold(10_000);
    const [waiting, subscribing] = [issue('punsubscribe', 'news*'), issue('subscribe', 'news')];
    gate.end();
    expect(await Promise.all([flying.promise, waiting.promise])).toEqual([0, 0]);
    expect(await fateOf(subscribing)).toMatchObject(closedError);
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 0 });
  });

  it('leaves the calls in flight to a driver that still reads their replies', async () => {
    const { issue, dispatch, gate } = gateStage();
    const flying = issue('get', 'a');
    gate.hold(10_000, false);
    const waiting = issue('get', 'b');
    gate.end(true);
    expect(await fateOf(waiting)).toMatchObject(closedError);
    expect(gate.counts().inFlight).toBe(1);
    dispatch.answer(flying, 'value');
    expect(await fateOf(flying)).toEqual({ value: 'value' });
  });

  it('stays ended when it is held, and works again once it is reopened', () => {
    const { issue, dispatch, gate } = gateStage();
    gate.end();
    gate.hold(undefined);
    expect(gate.state.kind).toBe('ended');
    gate.reopen();
    expect(gate.state.kind).toBe('held');
    const command = issue('get', 'a');
    gate.serve();
    gate.reopen();
    expect(gate.state.kind).toBe('serving');
    expect(dispatch.slow).toEqual([command]);
  });

  it('leaves no fast path open, and forgets old outages once it is reopened', async () => {
    const { issue, dispatch, gate, clock } = gateStage();
    gate.hold(0);
    gate.serve();
    gate.end();
    const command = issue('get', 'a');
    expect(dispatch.sent).toEqual([]);
    clock.travel(0);
    expect(await fateOf(command)).toMatchObject(closedError);
    gate.reopen();
    issue('get', 'a');
    expect(gate.counts().waiting).toBe(1);
  });

  it('answers every call once, also when a caller ends it again at the first answer', async () => {
    const { issue, gate, dispatch, told, events } = gateStage();
    const commands = [issue('incr', 'a'), issue('incr', 'b')];
    dispatch.write();
    events.on('command-failed', () => gate.end());
    gate.end();
    expect(told).toHaveLength(2);
    for (const command of commands)
      expect(await fateOf(command)).toMatchObject({ error: { code: 'OUTCOME_UNKNOWN' } });
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 0 });
  });
});

describe('the circuits', () => {
  it('refuse every call while they are isolated by hand, before anything else is looked at', async () => {
    const { issue, gate, circuits, clock } = gateStage();
    gate.hold(0);
    const release = circuits.read.isolate();
    const command = issue('get', 'a');
    clock.travel(0);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'CIRCUIT_OPEN', reason: 'isolated' } });
    release();
  });

  it('refuse a call of their lane while they are open, in the next turn', async () => {
    const { issue, dispatch, circuits, clock } = gateStage();
    circuits.write.trip('out-of-memory', clock.now());
    const [read, write] = [issue('get', 'a'), issue('incr', 'a')];
    let isTold = false;
    write.promise.catch(() => (isTold = true));
    await Promise.resolve();
    expect(isTold).toBe(false);
    clock.travel(0);
    expect(await fateOf(write)).toMatchObject({
      error: { code: 'CIRCUIT_OPEN', reason: 'out-of-memory', outcome: 'not-applied', retryAfterMs: 375 },
    });
    expect(dispatch.slow).toEqual([read]);
  });

  it('let a command pass that frees memory while the server is out of memory, but no batch', async () => {
    const { issue, dispatch, circuits, clock, pipeline } = gateStage();
    circuits.write.trip('out-of-memory', clock.now());
    issue('del', 'a');
    expect(dispatch.sent).toEqual(['del']);
    const [command] = await pipeline(['del', 'a']);
    clock.travel(0);
    expect(await fateOf(command as (typeof dispatch.slow)[0])).toMatchObject({
      error: { code: 'CIRCUIT_OPEN' },
    });
  });

  it('refuse a call that waited for a connection, and leave no timer', async () => {
    const { issue, gate, circuits, clock } = gateStage();
    gate.hold(10_000);
    const command = issue('get', 'a');
    circuits.read.trip('slow', clock.now());
    gate.serve();
    expect(clock.pendingTimers).toBe(0);
    clock.travel(0);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'CIRCUIT_OPEN' } });
  });

  it('only report, in observe mode, the calls that they would have refused', () => {
    const { issue, dispatch, circuits, clock, told } = gateStage({ circuit: { mode: 'observe' } });
    circuits.read.trip('slow', clock.now());
    const command = issue('get', 'a');
    expect(dispatch.slow).toEqual([command]);
    expect(told).toEqual([{ event: 'would-refuse', command: 'get', lane: 'read' }]);
  });

  it('take trials while they are half open, and give back the slot of one that is sent again', () => {
    const { issue, dispatch, circuits, clock, told } = gateStage({ circuit: { trials: 1 } });
    circuits.read.trip('slow', clock.now());
    clock.travel(500);
    expect(circuits.read.state).toBe('half-open');
    const trial = issue('get', 'a');
    expect(dispatch.slow).toEqual([trial]);
    issue('get', 'b');
    expect(dispatch.slow).toHaveLength(1);
    dispatch.fail(trial, connectionError());
    const other = issue('get', 'c');
    expect(dispatch.slow).toEqual([trial, other]);
    dispatch.answer(other);
    expect(circuits.read.state).toBe('closed');
    expect(told.map(({ event }) => event)).toEqual(['command-failed', 'retry']);
  });

  it('close when the server answers, and let plain commands be fast again', () => {
    const { issue, dispatch, circuits, clock } = gateStage();
    circuits.read.trip('slow', clock.now());
    circuits.read.close(clock.now());
    issue('get', 'a');
    expect(dispatch.fast).toHaveLength(1);
  });
});

describe('the budget of a request', () => {
  it('takes its commands off the fast path, and shortens their deadlines', async () => {
    const { issue, dispatch, clock } = gateStage();
    const command = runWithBudget(120, () => issue('get', 'a'));
    expect(dispatch.slow).toEqual([command]);
    clock.travel(119);
    expect(command.call?.settled).toBe(false);
    clock.travel(1);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT' } });
  });

  it('counts the time in which its commands are pending, and refuses once it is spent', async () => {
    const { issue, dispatch, clock } = gateStage();
    await runWithBudget(100, async () => {
      const first = issue('get', 'a');
      clock.travel(60);
      dispatch.answer(first);
      clock.travel(1_000);
      const second = issue('get', 'b');
      clock.travel(30);
      dispatch.refuse(second, 'WRONGTYPE not a string');
      const third = issue('incr', 'c');
      clock.travel(10);
      expect(await fateOf(third)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT' } });
      const refused = issue('get', 'd');
      clock.travel(0);
      expect(await fateOf(refused)).toMatchObject({
        error: {
          code: 'BUDGET_EXCEEDED',
          message:
            'This request has waited for Redis for the 100 ms of its budget; get was not sent. ' +
            'Respond without data from Redis, or raise budgetMs.',
        },
      });
    });
    expect(dispatch.sent).toEqual(['get', 'get', 'incr']);
  });

  it('is not spent on by a mistake of the caller that the driver refuses', async () => {
    const { issue, dispatch, clock } = gateStage();
    await runWithBudget(100, async () => {
      const mistaken = issue('get', 'a');
      dispatch.fail(mistaken, new Error('Connection in subscriber mode'));
      clock.travel(5_000);
      const command = issue('get', 'b');
      dispatch.answer(command);
      expect(await command.promise).toBe('OK');
    });
  });

  it('shortens the wait for a connection', async () => {
    const { issue, gate, clock } = gateStage();
    gate.hold(10_000);
    const command = runWithBudget(50, () => issue('get', 'a'));
    clock.travel(50);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
    expect(gate.counts().waiting).toBe(0);
  });
});

/** The lines of an error's stack below its message, the innermost first. */
function linesOf(fate: unknown): string[] {
  const { error } = fate as { error: Error };
  return error.stack?.split('\n').slice(1) ?? [];
}
