import { describe, expect, it } from 'vitest';
import { Flush } from '../../../packages/core/src/event-loop/flush.ts';
import { commandOf, connectionError, fateOf } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

describe('commands that a client sent before it was protected', () => {
  it('are answered as all others, and fail with the truth when their connection breaks', async () => {
    const { entrance, dispatch, gate } = gateStage();
    const [get, incr] = [commandOf('get', 'a'), commandOf('incr', 'b')];
    entrance.adopt({ commands: [{ command: get }, { command: incr }], isLost: false }, flush());
    expect(gate.counts().inFlight).toBe(2);
    dispatch.answer(get, 'value');
    dispatch.fail(incr, connectionError());
    expect(await fateOf(get)).toEqual({ value: 'value' });
    expect(await fateOf(incr)).toMatchObject({ error: { code: 'OUTCOME_UNKNOWN' } });
    expect(gate.counts().inFlight).toBe(0);
  });

  it('have their deadline, counted from when they are protected', async () => {
    const { entrance, clock } = gateStage();
    const command = commandOf('get', 'a');
    entrance.adopt({ commands: [{ command }], isLost: false }, flush());
    clock.travel(999);
    expect(command.call?.settled).toBe(false);
    clock.travel(1);
    expect(await fateOf(command)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT', outcome: 'unknown' } });
  });
});

function flush(): Flush {
  return new Flush(10_000, 0, 0);
}
