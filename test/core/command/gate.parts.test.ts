import { describe, expect, it } from 'vitest';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import type { LaneCircuits } from '../../../packages/core/src/circuit/lane-circuits.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { commandOf, connectionError, fateOf } from './call-of.ts';
import { gateStage, type GateStage } from './gate-stage.ts';

describe('a part of Redis that is away', () => {
  it('makes the calls that need it wait until it is back, past the usual wait', async () => {
    const { clock, dispatch, gate, issue } = stageWithoutFastPath();
    dispatch.away = { cause: 'cluster-down', isExpectedUntil: 12_000 };
    const call = issue('set', 'a', '1');
    clock.travel(900);
    expect([dispatch.sent, gate.counts().waiting]).toEqual([[], 1]);
    dispatch.away = undefined;
    gate.refresh();
    expect(dispatch.sent).toEqual(['set']);
    dispatch.answer(call);
    expect(await call.promise).toBe('OK');
  });

  it('fails a call at its deadline, with the cause of the part', async () => {
    const { clock, dispatch, issue } = stageWithoutFastPath();
    dispatch.away = { cause: 'stalled', isExpectedUntil: 12_000 };
    const call = issue('set', 'a', '1');
    clock.travel(1_001);
    expect(await fateOf(call)).toMatchObject({
      error: { code: 'REDIS_UNAVAILABLE', reason: 'stalled', outcome: 'not-applied' },
    });
  });

  it('fails calls at once when it is not expected back', async () => {
    const { clock, dispatch, gate, issue } = stageWithoutFastPath();
    dispatch.away = { cause: 'connection-refused', isExpectedUntil: 9_000 };
    const call = issue('set', 'a', '1');
    clock.travel(1);
    expect(gate.counts().waiting).toBe(0);
    expect(await fateOf(call)).toMatchObject({
      error: { code: 'REDIS_UNAVAILABLE', reason: 'connection-refused' },
    });
  });

  it('makes a call that came back from it wait, and sends it once when it is back', async () => {
    const { clock, dispatch, gate, issue } = stageWithoutFastPath();
    const call = issue('incr', 'a');
    dispatch.away = { cause: 'connection-refused', isExpectedUntil: 12_000 };
    dispatch.fail(call, connectionError());
    clock.travel(800);
    expect(dispatch.sent).toEqual(['incr']);
    dispatch.away = undefined;
    gate.refresh();
    expect(dispatch.sent).toEqual(['incr', 'incr']);
    dispatch.answer(call, 1);
    expect(await call.promise).toBe(1);
  });
});

describe('the circuit of a part', () => {
  it('counts and refuses the calls of that part alone', async () => {
    const { circuits, clock, dispatch, issue, settle } = stageWithoutFastPath();
    const part = circuitsAt(clock);
    dispatch.partCircuits = part;
    part.write.trip('slow', clock.now());
    issue('set', 'a', '1');
    issue('set', 'a', '1');
    await settle();
    dispatch.partCircuits = undefined;
    const other = issue('set', 'b', '1');
    dispatch.answer(other);
    expect([dispatch.sent, circuits.write.state]).toEqual([['set'], 'closed']);
    expect(await other.promise).toBe('OK');
  });

  it('opens on failures of its own calls, and the one of the whole stays closed', () => {
    const { circuits, clock, dispatch, issue } = stageWithoutFastPath();
    const part = circuitsAt(clock);
    dispatch.partCircuits = part;
    for (let round = 0; round < 30; round++) {
      issue('set', 'a', '1');
      clock.travel(1_001);
    }
    expect([part.write.admitsAll, part.read.admitsAll, circuits.write.admitsAll]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('counts the calls on the fast path too', async () => {
    const { circuits, clock, dispatch, gate, issue } = gateStage();
    const part = circuitsAt(clock);
    dispatch.partCircuits = part;
    gate.refresh();
    const before = issue('get', 'a');
    dispatch.answer(before);
    for (let round = 0; round < 30; round++) {
      issue('set', 'a', '1');
      clock.travel(1_001);
    }
    expect(dispatch.fast.length).toBeGreaterThan(1);
    expect(await before.promise).toBe('OK');
    expect([part.write.admitsAll, circuits.write.admitsAll]).toEqual([false, true]);
  });

  it.each(['a pipeline', 'joined commands'])('counts and refuses %s', async (kind) => {
    const { circuits, clock, dispatch, entrance, pipeline } = gateStage();
    const part = circuitsAt(clock);
    dispatch.partCircuits = part;
    const send = async (): Promise<DriverCommand> => {
      if (kind === 'a pipeline') return (await pipeline(['set', 'a', '1']))[0] as DriverCommand;
      const command = Object.assign(commandOf('pipeline'), { joined: [['set', 'a', '1'] as const] });
      entrance.handle(command);
      return command;
    };
    const command = await send();
    const text = "OOM command not allowed when used memory > 'maxmemory'.";
    if (kind === 'a pipeline') dispatch.refuse(command, text);
    else dispatch.answer(command, Buffer.from(`-${text}\r\n`));
    expect([part.write.cause, circuits.write.state]).toEqual(['out-of-memory', 'closed']);
    const refused = await send();
    clock.travel(1);
    expect(await fateOf(refused)).toMatchObject({ error: { code: 'CIRCUIT_OPEN', reason: 'out-of-memory' } });
    dispatch.partCircuits = undefined;
    const sent = dispatch.sent.length;
    await send();
    expect(dispatch.sent).toHaveLength(sent + 1);
  });

  it('is asked by a command that no route takes, on the slow path', () => {
    const { dispatch, issue } = gateStage();
    dispatch.hasRoute = false;
    issue('get', 'a');
    expect([dispatch.fast.length, dispatch.slow.length]).toEqual([0, 1]);
  });

  it('opens on failures of its own calls also when the one of the whole has been open before', () => {
    const { circuits, clock, dispatch, issue } = stageWithoutFastPath();
    const part = circuitsAt(clock);
    dispatch.partCircuits = part;
    circuits.write.trip('slow', clock.now());
    circuits.write.close(clock.now());
    for (let round = 0; round < 30; round++) {
      issue('set', 'a', '1');
      clock.travel(1_001);
    }
    expect([part.write.admitsAll, circuits.write.admitsAll]).toEqual([false, true]);
  });

  it('refuses nothing more than an isolation of the whole does', async () => {
    const { circuits, clock, dispatch, issue } = stageWithoutFastPath();
    dispatch.partCircuits = circuitsAt(clock);
    const release = circuits.write.isolate();
    const refused = issue('set', 'a', '1');
    clock.travel(1);
    expect(await fateOf(refused)).toMatchObject({ error: { code: 'CIRCUIT_OPEN', reason: 'isolated' } });
    release();
    issue('set', 'a', '1');
    expect(dispatch.sent).toEqual(['set']);
  });
});

function stageWithoutFastPath(): GateStage {
  const stage = gateStage();
  stage.dispatch.hasFastPath = false;
  stage.gate.refresh();
  return stage;
}

function circuitsAt(clock: GateStage['clock']): LaneCircuits {
  const made = (): Circuit =>
    new Circuit(resolveSettings({}).circuit, {
      clock,
      random: () => 0.5,
      deadlineMs: 1_000,
      onChange: () => undefined,
    });
  return { read: made(), write: made() };
}
