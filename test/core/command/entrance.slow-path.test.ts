import { describe, expect, it } from 'vitest';
import type { DriverCommand, JoinedCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { commandOf, connectionError, fateOf, slowCall } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

/**
 * A command with an argument that the driver could not encode: the driver has already rejected its promise,
 * so it has no `resolve`.
 */
function unsendable(name: string): DriverCommand {
  const command = commandOf(name);
  Object.assign(command, { resolve: undefined });
  return command;
}

describe('a command that cannot be sent', () => {
  it('is not sent, nor counted', () => {
    const { entrance, dispatch, gate } = gateStage();
    entrance.handle(unsendable('set'));
    expect([dispatch.sent, gate.counts().inFlight]).toEqual([[], 0]);
  });

  it('is replaced in a pipeline by one that does nothing, and the others are answered', async () => {
    const { entrance, dispatch, settle } = gateStage();
    const stream = { isPipeline: true };
    const other = commandOf('get', 'a');
    entrance.handle(unsendable('set'), stream);
    entrance.handle(other, stream);
    await settle();
    expect(dispatch.sent).toEqual(['ping', 'get']);
    for (const command of dispatch.slow) dispatch.answer(command, 'value');
    expect(await other.promise).toBe('value');
  });

  it('is replaced in a transaction by one that the server refuses, so that nothing of it runs', async () => {
    const { entrance, dispatch, settle } = gateStage();
    const stream = { isPipeline: true };
    for (const command of [commandOf('multi'), unsendable('set'), commandOf('exec')])
      entrance.handle(command, stream);
    await settle();
    expect(dispatch.sent).toEqual(['multi', 'an-argument-is-no-text', 'exec']);
  });
});

it('a command whose name is no text is refused, and not sent', async () => {
  const { entrance, dispatch } = gateStage();
  const command = Object.assign(commandOf('get', 'a'), { name: { injected: true } as unknown as string });
  entrance.handle(command);
  expect(await fateOf(command)).toMatchObject({ error: { name: 'TypeError' } });
  expect(dispatch.sent).toEqual([]);
});

it('a command that changes its connection is passed on in the only spelling that the driver recognises', async () => {
  const { issue, pipeline, dispatch } = gateStage();
  for (const name of ['SELECT', 'Subscribe', 'FT._OURS']) issue(name, '1');
  await pipeline(['MULTI'], ['INCR', 'a'], ['EXEC']);
  expect(dispatch.sent).toEqual(['select', 'subscribe', 'FT._OURS', 'multi', 'INCR', 'exec']);
});

describe('what a client that callers share notes', () => {
  const joined = (...commands: readonly JoinedCommand[]): DriverCommand =>
    Object.assign(commandOf('pipeline'), { joined: commands });

  it('is a WATCH', async () => {
    const [single, batch, together] = [gateStage(), gateStage(), gateStage()];
    single.issue('watch', 'a');
    await batch.pipeline(['watch', 'a'], ['get', 'a']);
    together.entrance.handle(joined(['watch', 'a'], ['get', 'a']));
    for (const { sharedUse } of [single, batch, together])
      expect(sharedUse.seen).toEqual({ watch: true, blocking: false });
  });

  it('is a command that blocks', async () => {
    const [single, batch, together] = [gateStage(), gateStage(), gateStage()];
    single.issue('blpop', 'a', 1);
    await batch.pipeline(['get', 'a'], ['blpop', 'a', '1']);
    together.entrance.handle(joined(['get', 'a'], ['blpop', 'a', '1']));
    for (const { sharedUse } of [single, batch, together])
      expect(sharedUse.seen).toEqual({ watch: false, blocking: true });
  });

  it('is no command that would block outside its transaction', async () => {
    const [batch, together] = [gateStage(), gateStage()];
    await batch.pipeline(['multi'], ['blpop', 'a', '1'], ['exec']);
    together.entrance.handle(joined(['multi'], ['blpop', 'a', '1'], ['exec']));
    for (const { sharedUse } of [batch, together])
      expect(sharedUse.seen).toEqual({ watch: false, blocking: false });
  });
});

describe('QUIT', () => {
  it('ends the client when its connection breaks before the answer, which is OK then', async () => {
    const { issue, dispatch } = gateStage();
    const quit = issue('quit');
    dispatch.write();
    expect(dispatch.left).toEqual([]);
    dispatch.break();
    expect(dispatch.left).toEqual([quit]);
    quit.resolve('OK');
    expect(await quit.promise).toBe('OK');
  });

  it('has what is issued after it fail as on a closed client, unsent', async () => {
    const { issue, pipeline, dispatch, clock } = gateStage();
    issue('quit');
    const late = [issue('get', 'a'), ...(await pipeline(['get', 'b']))];
    clock.travel(0);
    for (const command of late)
      expect(await fateOf(command)).toMatchObject({ error: { message: 'Connection is closed.' } });
    expect(dispatch.sent).toEqual(['quit']);
  });

  it('ends the client at once when it has never been connected', () => {
    const { issue, dispatch } = gateStage({}, undefined, { isNew: true });
    expect(dispatch.left).toEqual([issue('quit')]);
  });

  it('is answered by the server while there is a connection', async () => {
    const { issue, dispatch } = gateStage();
    const quit = issue('quit');
    dispatch.answer(quit, 'OK');
    expect(await quit.promise).toBe('OK');
    expect(dispatch.left).toEqual([]);
  });

  it('ends the client at once when there is no connection and nothing waits for one', () => {
    const { issue, dispatch, gate } = gateStage();
    gate.hold(10_000);
    const quit = issue('quit');
    expect([dispatch.left, gate.counts().waiting]).toEqual([[quit], 0]);
  });

  it('waits behind the calls that wait for a connection', () => {
    const { issue, dispatch, gate } = gateStage();
    gate.hold(10_000);
    issue('get', 'a');
    issue('quit');
    expect(dispatch.left).toEqual([]);
    gate.serve();
    expect(dispatch.sent).toEqual(['get', 'quit']);
  });

  it('is sent after a pipeline that was issued before it, although another one was issued even earlier', async () => {
    const { entrance, dispatch, gate, issue, settle } = gateStage({ retry: { scans: 'fail' } });
    expect(gate.state.takesAtOnce(slowCall())).toBe(false);
    entrance.handle(commandOf('get', 'a'), { isPipeline: true });
    process.nextTick(() => issue('quit'));
    entrance.handle(commandOf('get', 'b'), { isPipeline: true });
    await settle();
    expect(dispatch.sent).toEqual(['get', 'get', 'quit']);
  });
});

describe('a command that subscribes', () => {
  it('has no deadline', async () => {
    const { issue, dispatch, clock } = gateStage();
    const command = issue('subscribe', 'news');
    clock.travel(3_600_000);
    expect(command.call?.settled).toBe(false);
    dispatch.answer(command, 1);
    expect(await command.promise).toBe(1);
  });

  it('waits for a connection in an outage of any age', async () => {
    const { issue, dispatch, gate, clock } = gateStage();
    gate.hold(10_000);
    clock.travel(60_000);
    issue('subscribe', 'news');
    clock.travel(3_600_000);
    gate.serve();
    expect(dispatch.sent).toEqual(['subscribe']);
  });
});

describe('a pipeline with commands that block', () => {
  it('has their blocking times in addition to its deadline, also when it is sent as they come', async () => {
    const { pipeline, clock } = gateStage();
    const [first] = (await pipeline(['blpop', 'a', '2'], ['get', 'b'], ['blpop', 'c', '3'])) as [
      DriverCommand,
    ];
    const { call } = first;
    clock.travel(5_999);
    expect(call?.settled).toBe(false);
    clock.travel(1);
    expect(await fateOf(first)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT' } });
  });

  it('has them also when it is gathered first', async () => {
    const { pipeline, clock, gate } = gateStage();
    gate.hold(10_000);
    const [first] = (await pipeline(['blpop', 'a', '2'], ['get', 'b'])) as [DriverCommand];
    gate.serve();
    const { call } = first;
    clock.travel(2_999);
    expect(call?.settled).toBe(false);
    clock.travel(1);
    expect(call?.settled).toBe(true);
  });
});

describe('a pipeline whose commands can be written as they come', () => {
  it('takes the fast path, apart from the commands that cannot', async () => {
    const { pipeline, dispatch } = gateStage();
    const batchStream = { isPipeline: false };
    dispatch.batchStreamOf = batchStream;
    const [get, pop, set] = await pipeline(['get', 'a'], ['blpop', 'b', '1'], ['set', 'c', '1']);
    expect([dispatch.fast, dispatch.slow]).toEqual([[get, set], [pop]]);
    expect(dispatch.givenWith).toEqual([{ stream: batchStream, node: 'a node' }]);
  });

  it.each([
    ['takes it also for its transaction', 'select', ['multi', 'get', 'exec']],
    ['leaves its transaction to the driver if it logs in', 'auth', ['get']],
  ])('%s', async (_what, first, fast) => {
    const { pipeline, dispatch } = gateStage();
    dispatch.batchStreamOf = { isPipeline: false };
    await pipeline([first, '1'], ['multi'], ['get', 'a'], ['exec']);
    expect(dispatch.fast.map(({ name }) => name)).toEqual(fast);
  });

  it('is answered as any other', async () => {
    const { pipeline, dispatch } = gateStage();
    dispatch.batchStreamOf = { isPipeline: false };
    const commands = await pipeline(['get', 'a'], ['get', 'b']);
    expect(commands.map(({ call }) => call?.isPlain)).toEqual([true, true]);
    for (const command of commands) dispatch.answer(command, command.args[0]);
    expect(await Promise.all(commands.map(({ promise }) => promise))).toEqual(['a', 'b']);
  });
});

it('a pipeline that is gathered first passes through a wrapper, also where others are written as they come', async () => {
  const { issue, pipeline, dispatch } = gateStage();
  dispatch.batchStreamOf = { isPipeline: false };
  dispatch.answer(issue('watch', 'a'));
  const [command] = await pipeline(['get', 'a']);
  expect(command?.call?.isPlain).toBe(false);
});

it('a wrapper may settle the commands of a pipeline without their object', async () => {
  const { pipeline } = gateStage();
  const [one, other] = (await pipeline(['get', 'a'], ['get', 'b'])) as [DriverCommand, DriverCommand];
  const [{ resolve }, { reject }] = [one, other];
  expect([one.call?.isPlain, other.call?.isPlain]).toEqual([false, false]);
  resolve('value');
  reject(connectionError());
  expect(one.call).toBe(other.call);
});

it('calls that wait for a connection do not use up the room for calls in flight', () => {
  const { issue, gate, clock, told } = gateStage({ admission: { maxInFlight: 2, maxWaiting: 10 } });
  gate.hold(10_000);
  for (const key of ['a', 'b', 'c', 'd']) issue('get', key);
  clock.travel(1);
  expect([gate.counts().waiting, told]).toEqual([4, []]);
});
