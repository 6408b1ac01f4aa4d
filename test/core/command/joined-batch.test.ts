import { describe, expect, it } from 'vitest';
import type { DriverCommand, JoinedCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { runWithBudget } from '../../../packages/core/src/verbs/request-budget.ts';
import { commandOf, connectionError, fateOf } from './call-of.ts';
import { gateStage, type GateStage } from './gate-stage.ts';

const loading = '-LOADING Redis is loading the dataset in memory\r\n';
const readOnly = "-READONLY You can't write against a read only replica.\r\n";
const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n';
const aborted = '-EXECABORT Transaction discarded because of previous errors.\r\n';

function joined({ entrance }: GateStage, ...commands: readonly JoinedCommand[]): DriverCommand {
  const command = Object.assign(commandOf('pipeline'), { joined: commands });
  entrance.handle(command);
  return command;
}

/** The results of joined commands: the text of each reply, or code and outcome of its error. */
async function replies(command: DriverCommand): Promise<unknown> {
  const all = (await command.promise) as readonly (Buffer | Error | undefined)[];
  return all.map((reply) => {
    if (!(reply instanceof Error)) return reply?.toString();
    const { code, outcome, message } = reply as Error & { code?: string; outcome?: string };
    return [code ?? message.split(' ')[0], outcome];
  });
}

const write = ['set', 'a', '1'] as const;
const read = ['get', 'a'] as const;
const transaction = [['multi'], write, ['incr', 'b'], ['exec']] as const;

describe('joined commands', () => {
  it('are written at once as one command, and answered with the bytes of each reply', async () => {
    const stage = gateStage();
    const command = joined(stage, write, read);
    expect([stage.dispatch.fast, stage.gate.counts().inFlight]).toEqual([[command], 1]);
    stage.dispatch.answer(command, Buffer.from('+OK\r\n$1\r\n1\r\n'));
    expect(await replies(command)).toEqual(['+OK\r\n', '$1\r\n1\r\n']);
    expect(stage.gate.counts().inFlight).toBe(0);
    expect(command.call).toBeUndefined();
  });

  it('are given to the driver where there is no fast path', () => {
    const stage = gateStage();
    stage.dispatch.hasFastPath = false;
    stage.gate.refresh();
    const command = joined(stage, read);
    expect([stage.dispatch.fast, stage.dispatch.slow]).toEqual([[], [command]]);
  });

  it('are given to the driver where each part of Redis has its own connection', () => {
    const stage = gateStage();
    stage.dispatch.writesAtOnce = false;
    const command = joined(stage, read);
    expect([stage.dispatch.fast, stage.dispatch.slow]).toEqual([[], [command]]);
  });

  it('count as one call: a write if one of them writes', async () => {
    const stage = gateStage();
    const { read: reads, write: writes } = stage.recorder.totals;
    stage.dispatch.answer(joined(stage, read, read), Buffer.from('$-1\r\n$-1\r\n'));
    expect([reads.results.ok, writes.results.ok]).toEqual([1, 0]);
    stage.dispatch.answer(joined(stage, read, write, read), Buffer.from('$-1\r\n+OK\r\n$-1\r\n'));
    expect([reads.results.ok, writes.results.ok]).toEqual([1, 1]);
  });

  it('wait for a connection, with their size and their deadline', async () => {
    const stage = gateStage();
    stage.gate.hold(10_000);
    const command = joined(stage, write, read);
    expect(stage.gate.counts()).toEqual({ waiting: 1, waitingBytes: 9, inFlight: 0 });
    stage.gate.serve();
    expect(stage.dispatch.sent).toEqual(['pipeline']);
    stage.clock.travel(999);
    expect(command.call?.settled).toBe(false);
    stage.clock.travel(1);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT' } });
  });

  it('keep within the budget of their request', async () => {
    const stage = gateStage();
    await runWithBudget(100, async () => joined(stage, read));
    const [command] = stage.dispatch.slow as [DriverCommand];
    stage.clock.travel(101);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT' } });
  });

  it('have the blocking times of all of them until their deadline', async () => {
    const stage = gateStage();
    const command = joined(stage, ['blmpop', '2', '1', 'a', 'LEFT'], ['blpop', 'b', '3'], read);
    const { call } = command;
    stage.clock.travel(5_999);
    expect(call?.settled).toBe(false);
    stage.clock.travel(1);
    expect(call?.settled).toBe(true);
  });

  it('are answered with the mistakes among them', async () => {
    const stage = gateStage();
    const command = joined(stage, read, ['incr', 'a'], read);
    stage.dispatch.answer(command, Buffer.from(`$1\r\n1\r\n${wrongType}$1\r\n2\r\n`));
    expect(await replies(command)).toEqual(['$1\r\n1\r\n', ['WRONGTYPE', 'refused'], '$1\r\n2\r\n']);
    expect(stage.recorder.totals.write.results.ok).toBe(1);
  });

  it('are sent again when none of them ran, and answered with the replies to the last attempt', async () => {
    const stage = gateStage();
    const command = joined(stage, write, ['incr', 'b']);
    stage.dispatch.answer(command, Buffer.from(loading + loading));
    expect(stage.told).toEqual([{ event: 'retry', command: 'pipeline', attempt: 1, outcome: 'not-applied' }]);
    stage.clock.travel(100);
    expect(stage.dispatch.sent).toEqual(['pipeline', 'pipeline']);
    stage.dispatch.answer(command, Buffer.from('+OK\r\n:1\r\n'));
    expect(await replies(command)).toEqual(['+OK\r\n', ':1\r\n']);
  });

  it('get their replies, and errors of ours where some did not run, when they may not be repeated', async () => {
    const stage = gateStage();
    const command = joined(stage, ['incr', 'b'], write);
    stage.dispatch.answer(command, Buffer.from(`:1\r\n${readOnly}`));
    expect(await replies(command)).toEqual([':1\r\n', ['REDIS_UNAVAILABLE', 'not-applied']]);
    expect(stage.line.judged).toMatchObject([{ cause: 'read-only' }]);
  });

  it('are sent again when they are one that did not run', () => {
    const stage = gateStage();
    const command = joined(stage, ['incr', 'b']);
    stage.dispatch.answer(command, Buffer.from(loading));
    stage.clock.travel(100);
    expect(stage.dispatch.sent).toEqual(['pipeline', 'pipeline']);
  });

  it('fail as one when the connection broke and they may not be repeated', async () => {
    const stage = gateStage();
    const command = joined(stage, ['incr', 'b'], read);
    stage.dispatch.write();
    stage.dispatch.break();
    expect(await fateOf(command)).toMatchObject({
      error: { code: 'OUTCOME_UNKNOWN', cause: connectionError() },
    });
    expect(command.call).toBeUndefined();
  });

  it('are sent again when the connection broke and they only read', async () => {
    const stage = gateStage();
    const command = joined(stage, read, read);
    stage.dispatch.write();
    stage.dispatch.break();
    stage.clock.travel(100);
    stage.dispatch.answer(command, Buffer.from('$-1\r\n$-1\r\n'));
    expect(await replies(command)).toEqual(['$-1\r\n', '$-1\r\n']);
  });
});

describe('a step of a scan among joined commands', () => {
  const page = '*2\r\n$1\r\n7\r\n*0\r\n';

  it.each(['at once', 'later'])(
    'that is sent %s begins again when its cursor is from a server process that is gone',
    (when) => {
      const stage = gateStage();
      stage.dispatch.answer(joined(stage, read, ['scan', '0']), Buffer.from(`$-1\r\n${page}`));
      stage.dispatch.server = 'second';
      if (when === 'later') stage.gate.hold(10_000);
      const command = joined(stage, ['scan', '7', 'count', '9'], read, ['scan', '8']);
      if (when === 'later') stage.gate.serve();
      expect(stage.dispatch.sent).toEqual(['pipeline', 'pipeline']);
      expect(command.joined).toEqual([['scan', '0', 'count', '9'], read, ['scan', '8']]);
      expect(stage.told).toEqual([{ event: 'scan-restart', command: 'scan' }]);
    },
  );

  it('begins again also when no other command was joined to the step before', () => {
    const stage = gateStage();
    stage.dispatch.answer(joined(stage, ['scan', '0']), Buffer.from(page));
    stage.dispatch.server = 'second';
    expect(joined(stage, ['scan', '7']).joined).toEqual([['scan', '0']]);
  });

  it('in a transaction is known by its reply to EXEC', () => {
    const stage = gateStage();
    const command = joined(stage, ['multi'], write, ['scan', '0'], ['exec']);
    stage.dispatch.answer(command, Buffer.from(`+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n${page}`));
    stage.dispatch.server = 'second';
    expect(joined(stage, ['scan', '7']).joined).toEqual([['scan', '0']]);
  });

  it.each(['*-1\r\n', aborted])('in a transaction that did not run has no reply: %j', async (reply) => {
    const stage = gateStage();
    const command = joined(stage, ['multi'], ['scan', '0'], ['exec']);
    stage.dispatch.answer(command, Buffer.from(`+OK\r\n${wrongType}${reply}`));
    expect(await replies(command)).toHaveLength(3);
    expect(stage.told).toEqual([]);
  });

  it('goes on where the server process is the same', () => {
    const stage = gateStage();
    stage.dispatch.answer(joined(stage, ['scan', '0']), Buffer.from(page));
    const command = joined(stage, ['scan', '7'], read);
    expect([command.joined, stage.told]).toEqual([[['scan', '7'], read], []]);
  });

  it('keeps its cursor when the server answered it with an error', () => {
    const stage = gateStage();
    stage.dispatch.answer(joined(stage, ['hscan', 'a', '0'], read), Buffer.from(`${page}$-1\r\n`));
    stage.dispatch.answer(joined(stage, ['hscan', 'a', '7'], read), Buffer.from(`${wrongType}$-1\r\n`));
    stage.dispatch.server = 'second';
    const command = joined(stage, ['hscan', 'a', '7'], read);
    expect(command.joined).toEqual([['hscan', 'a', '0'], read]);
  });
});

describe('a joined transaction', () => {
  it('is answered with the reply of its EXEC alone', async () => {
    const stage = gateStage();
    const command = joined(stage, ...transaction);
    stage.dispatch.answer(command, Buffer.from('+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n:1\r\n'));
    expect(await replies(command)).toEqual([undefined, undefined, undefined, '*2\r\n+OK\r\n:1\r\n']);
  });

  it('is sent again when its EXEC was aborted because Redis is unavailable', async () => {
    const stage = gateStage();
    const command = joined(stage, ...transaction);
    stage.dispatch.answer(command, Buffer.from(`+OK\r\n${loading}+QUEUED\r\n${aborted}`));
    stage.clock.travel(100);
    expect(stage.dispatch.sent).toEqual(['pipeline', 'pipeline']);
  });

  it('is answered with what names another node, as plain clients are, when all of it is there', async () => {
    const stage = gateStage();
    const moved = '-MOVED 3999 127.0.0.1:6381\r\n';
    const command = joined(stage, ...transaction);
    stage.dispatch.answer(command, Buffer.from(`+OK\r\n${moved}${moved}${aborted}`));
    expect(await replies(command)).toEqual([
      undefined,
      ['MOVED', 'refused'],
      ['MOVED', 'refused'],
      ['EXECABORT', 'refused'],
    ]);
  });

  it('is answered with each error when its EXEC was aborted by a mistake', async () => {
    const stage = gateStage();
    const command = joined(stage, ...transaction);
    stage.dispatch.answer(command, Buffer.from(`+OK\r\n${wrongType}+QUEUED\r\n${aborted}`));
    expect(await replies(command)).toEqual([
      undefined,
      ['WRONGTYPE', 'refused'],
      undefined,
      ['EXECABORT', 'refused'],
    ]);
  });

  it('has the blocking times of its commands until its deadline', () => {
    const stage = gateStage();
    const command = joined(stage, ['multi'], ['blpop', 'a', '5'], ['exec']);
    const { call } = command;
    stage.clock.travel(5_999);
    expect(call?.settled).toBe(false);
    stage.clock.travel(1);
    expect(call?.settled).toBe(true);
  });

  it('is called a MULTI in what is told of it', async () => {
    const stage = gateStage();
    stage.dispatch.answer(joined(stage, ...transaction), Buffer.from(loading.repeat(4)));
    expect(stage.told).toMatchObject([{ event: 'retry', command: 'multi' }]);
  });
});
