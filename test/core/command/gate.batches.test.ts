import { describe, expect, it } from 'vitest';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { runWithBudget } from '../../../packages/core/src/verbs/request-budget.ts';
import { connectionError, commandOf, fateOf } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

const fates = (commands: readonly DriverCommand[]): Promise<unknown[]> =>
  Promise.all(commands.map((command) => fateOf(command)));

describe('a pipeline', () => {
  it('is sent while its commands are still coming, when nothing stands in its way', async () => {
    const { entrance, dispatch, gate, settle } = gateStage();
    const stream = { isPipeline: true };
    const [first, second] = [commandOf('get', 'a'), commandOf('set', 'b', '1')];
    expect(entrance.handle(first, stream, 'a node')).toBe(first.promise);
    expect(dispatch.slow).toEqual([first]);
    entrance.handle(second, stream, 'a node');
    expect(dispatch.slow).toEqual([first, second]);
    expect(dispatch.givenWith).toEqual([
      { stream, node: 'a node' },
      { stream, node: 'a node' },
    ]);
    expect(gate.counts().inFlight).toBe(1);
    dispatch.answer(first, 'value');
    await settle();
    let isTold = false;
    void first.promise.then(() => (isTold = true));
    await settle();
    expect(isTold).toBe(false);
    dispatch.answer(second, 'OK');
    expect(await fates([first, second])).toEqual([{ value: 'value' }, { value: 'OK' }]);
    expect(gate.counts().inFlight).toBe(0);
  });

  it('is decided once all its commands are here, also when they were answered before', async () => {
    const { entrance, dispatch, settle } = gateStage();
    const stream = { isPipeline: true };
    const command = commandOf('get', 'a');
    entrance.handle(command, stream);
    dispatch.answer(command, 'value');
    const { call } = command;
    expect(call?.settled).toBe(false);
    await settle();
    expect(call?.settled).toBe(true);
    expect(await command.promise).toBe('value');
  });

  it('is not mixed with another one that is issued in the same turn', async () => {
    const { entrance, dispatch, gate, settle } = gateStage();
    const [one, other] = [{ isPipeline: true }, { isPipeline: true }];
    const commands = [commandOf('get', 'a'), commandOf('get', 'b'), commandOf('get', 'c')] as const;
    entrance.handle(commands[0], one);
    entrance.handle(commands[1], other);
    entrance.handle(commands[2], other);
    await settle();
    expect(gate.counts().inFlight).toBe(2);
    expect(commands[0].call).not.toBe(commands[1].call);
    expect(commands[1].call).toBe(commands[2].call);
    for (const command of commands) dispatch.answer(command);
    expect(gate.counts().inFlight).toBe(0);
  });

  it('is another one in a later turn, although its stream is the same', async () => {
    const { entrance, dispatch, gate, settle } = gateStage();
    const stream = { isPipeline: true };
    const [first, second] = [commandOf('get', 'a'), commandOf('get', 'b')];
    entrance.handle(first, stream);
    await settle();
    entrance.handle(second, stream);
    await settle();
    expect(gate.counts().inFlight).toBe(2);
    dispatch.answer(second);
    expect(await second.promise).toBe('OK');
  });

  it('keeps its place before the commands that are issued after it, also when all of them wait', () => {
    const { entrance, dispatch, gate, issue } = gateStage();
    gate.hold(10_000);
    const stream = { isPipeline: true };
    const first = issue('select', '1');
    const members = [commandOf('get', 'a'), commandOf('get', 'b')];
    for (const member of members) entrance.handle(member, stream);
    const last = issue('select', '2');
    gate.serve();
    expect(dispatch.slow).toEqual([first, ...members, last]);
  });

  it('keeps its place before a plain command that could be sent at once', async () => {
    const { entrance, dispatch, settle } = gateStage();
    await runWithBudget(100, async () => {
      const member = commandOf('get', 'a');
      entrance.handle(member, { isPipeline: true });
      entrance.handle(commandOf('get', 'b'));
      await settle();
      expect(dispatch.sent).toEqual(['get', 'get']);
      expect(dispatch.slow[0]).toBe(member);
    });
  });

  it('has its whole time to wait for the first connection, however long the turn took in which it was issued', async () => {
    const { entrance, gate, clock, settle } = gateStage();
    gate.hold(undefined);
    entrance.handle(commandOf('get', 'a'), { isPipeline: true });
    clock.jump(1_500);
    await settle();
    clock.travel(1_999);
    expect(gate.counts().waiting).toBe(1);
    clock.travel(1);
    expect(gate.counts().waiting).toBe(0);
  });

  it('has its size counted while it waits to be sent again', async () => {
    const { pipeline, dispatch, gate } = gateStage();
    await pipeline(['get', 'abc'], ['get', '12']);
    gate.hold(10_000);
    dispatch.break();
    expect(gate.counts()).toEqual({ waiting: 1, waitingBytes: 5, inFlight: 0 });
  });

  it('waits as a whole for a connection, and is sent in one go', async () => {
    const { pipeline, dispatch, gate } = gateStage();
    gate.hold(10_000);
    const commands = await pipeline(['get', 'abc'], ['set', 'b', '12']);
    expect(gate.counts()).toEqual({ waiting: 1, waitingBytes: 6, inFlight: 0 });
    gate.serve();
    expect(dispatch.slow).toEqual(commands);
    expect(dispatch.batchNodes).toEqual(['a node']);
    expect(gate.counts()).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 1 });
  });

  it('is gathered first within a request that has a budget', async () => {
    const { pipeline, dispatch, entrance } = gateStage();
    await runWithBudget(100, async () => {
      const command = commandOf('get', 'a');
      entrance.handle(command, { isPipeline: true });
      expect(dispatch.slow).toEqual([]);
    });
    await pipeline(['get', 'a']);
    expect(dispatch.slow).toHaveLength(2);
  });

  it('is failed as a whole by its deadline, whatever was answered', async () => {
    const { pipeline, dispatch, clock } = gateStage();
    const commands = await pipeline(['get', 'a'], ['get', 'b']);
    dispatch.write();
    dispatch.answer(commands[0] as DriverCommand);
    clock.travel(1_000);
    expect(await fates(commands)).toMatchObject([
      { error: { code: 'COMMAND_TIMEOUT', outcome: 'unknown' } },
      { error: { code: 'COMMAND_TIMEOUT' } },
    ]);
  });

  it('is sent again as a whole when its connection broke and it is harmless', async () => {
    const { pipeline, dispatch, clock, told } = gateStage();
    const commands = await pipeline(['get', 'a'], ['set', 'b', '1']);
    dispatch.write();
    dispatch.answer(commands[0] as DriverCommand);
    dispatch.break();
    expect(told).toEqual([{ event: 'retry', command: 'pipeline', attempt: 1, outcome: 'unknown' }]);
    clock.travel(100);
    expect(dispatch.slow).toEqual([...commands, ...commands]);
    for (const command of commands) dispatch.answer(command);
    expect(await fates(commands)).toEqual([{ value: 'OK' }, { value: 'OK' }]);
  });

  it('fails with the error of each command when it may not be sent again', async () => {
    const { pipeline, dispatch } = gateStage();
    const commands = await pipeline(['get', 'a'], ['incr', 'b']);
    dispatch.write();
    dispatch.answer(commands[0] as DriverCommand, 'value');
    dispatch.break();
    expect(await fates(commands)).toMatchObject([
      { value: 'value' },
      { error: { code: 'OUTCOME_UNKNOWN', cause: connectionError() } },
    ]);
  });

  it('tells its connection and its circuit of each reply, and is retried without a price', async () => {
    const { pipeline, dispatch, line, circuits, retryBudget } = gateStage();
    const commands = await pipeline(['set', 'a', '1'], ['set', 'b', '1']);
    dispatch.refuse(commands[0] as DriverCommand, 'LOADING Redis is loading the dataset in memory');
    dispatch.refuse(commands[1] as DriverCommand, 'NOREPLICAS Not enough good replicas to write.');
    expect(line.judged).toMatchObject([{ cause: 'loading' }]);
    expect(circuits.write.cause).toBe('too-few-replicas');
    expect(retryBudget.level).toBe(100);
  });

  it('is answered with the mistakes in it, marked as refused', async () => {
    const { pipeline, dispatch, recorder } = gateStage();
    const commands = await pipeline(['get', 'a'], ['incr', 'b']);
    dispatch.answer(commands[0] as DriverCommand);
    dispatch.refuse(commands[1] as DriverCommand, 'WRONGTYPE Operation against a key');
    expect(await fates(commands)).toMatchObject([{ value: 'OK' }, { error: { outcome: 'refused' } }]);
    expect(recorder.totals.write.results).toMatchObject({ ok: 1, REPLY: 0 });
  });

  it('is refused as a whole while its circuit is open', async () => {
    const { pipeline, circuits, clock, dispatch } = gateStage();
    circuits.write.trip('persistence', clock.now());
    const commands = await pipeline(['get', 'a'], ['set', 'b', '1']);
    clock.travel(0);
    expect(await fates(commands)).toMatchObject([
      { error: { code: 'CIRCUIT_OPEN', reason: 'persistence' } },
      { error: { code: 'CIRCUIT_OPEN' } },
    ]);
    expect(dispatch.sent).toEqual([]);
  });
});

describe('a transaction', () => {
  it('is gathered first under a WATCH, and not sent again on a connection without it', async () => {
    const { issue, pipeline, dispatch, gate, entrance, settle } = gateStage();
    dispatch.answer(issue('watch', 'a'));
    const commands = [commandOf('multi'), commandOf('set', 'a', '1'), commandOf('exec')];
    const stream = { isPipeline: true };
    for (const command of commands) entrance.handle(command, stream);
    expect(dispatch.sent).toEqual(['watch']);
    await settle();
    expect(dispatch.sent).toEqual(['watch', 'multi', 'set', 'exec']);
    gate.hold(10_000);
    dispatch.break();
    expect(gate.counts().waiting).toBe(1);
    gate.serve();
    expect(await fates(commands)).toMatchObject(commands.map(() => ({ error: { code: 'WATCH_LOST' } })));
    // The WATCH was lost with its connection, so the next transaction is sent immediately.
    const next = await pipeline(['multi'], ['exec']);
    expect(dispatch.slow.slice(-2)).toEqual(next);
  });

  it('is refused when its WATCH went with its connection, and nothing of it is sent', async () => {
    const { issue, pipeline, dispatch, gate, recorder } = gateStage();
    dispatch.answer(issue('watch', 'a'));
    gate.hold(10_000);
    gate.serve();
    const commands = await pipeline(['multi'], ['set', 'a', '1'], ['exec']);
    expect(await fates(commands)).toMatchObject(commands.map(() => ({ error: { code: 'WATCH_LOST' } })));
    expect(dispatch.sent).toEqual(['watch']);
    expect(recorder.totals.write.results).toMatchObject({ WATCH_LOST: 1 });
  });

  it('keeps its connection off the fast path until its end when it is sent command by command', () => {
    const { issue, dispatch } = gateStage();
    issue('multi');
    issue('get', 'a');
    issue('exec');
    expect(dispatch.slow.map(({ name }) => name)).toEqual(['multi', 'get', 'exec']);
    issue('get', 'a');
    expect(dispatch.fast).toHaveLength(1);
  });

  it('is refused from where its connection was lost when it is sent command by command', async () => {
    const { issue, dispatch, gate } = gateStage();
    dispatch.answer(issue('multi'));
    gate.hold(10_000);
    gate.serve();
    const [inside, exec] = [issue('set', 'a', '1'), issue('exec')];
    expect(inside.call?.settled).toBe(true);
    expect(await fateOf(inside)).toMatchObject({ error: { code: 'WATCH_LOST' } });
    expect(await fateOf(exec)).toMatchObject({ error: { code: 'WATCH_LOST' } });
    issue('get', 'a');
    expect(dispatch.sent).toEqual(['get', 'multi']);
  });

  it('goes on where it was if its connection was only silent for a while', async () => {
    const { issue, dispatch, gate } = gateStage();
    dispatch.answer(issue('multi'));
    gate.hold(10_000, false);
    const set = issue('set', 'a', '1');
    gate.serve();
    dispatch.answer(set, 'QUEUED');
    expect(await fateOf(set)).toEqual({ value: 'QUEUED' });
    expect(dispatch.sent).toEqual(['multi', 'set']);
  });

  it.each(['set', 'exec'])('is discarded on the server if its %s is not sent', async (name) => {
    const { issue, dispatch, circuits, clock } = gateStage();
    dispatch.answer(issue('multi'));
    const putBack = circuits.write.isolate();
    const refused = issue(name, 'a', '1');
    clock.travel(1000);
    expect(await fateOf(refused)).toMatchObject({ error: { code: 'CIRCUIT_OPEN' } });
    putBack();
    expect(dispatch.asked).toEqual(['discard']);
    issue('exec');
    issue('set', 'a', '1');
    expect(dispatch.sent).toEqual(name === 'set' ? ['set', 'multi'] : ['set', 'multi', 'exec']);
  });

  it('does not run in part, alone, if its connection is lost when all of it has been sent singly', async () => {
    const { issue, dispatch, gate } = gateStage();
    const calls = [issue('multi'), issue('set', 'a', '1'), issue('get', 'a'), issue('exec')];
    dispatch.write();
    gate.hold(10_000);
    dispatch.break();
    gate.serve();
    expect(await fates(calls)).toMatchObject(calls.map(() => ({ error: { outcome: 'unknown' } })));
    expect(dispatch.sent).toEqual(['multi', 'set', 'get', 'exec']);
  });
});
