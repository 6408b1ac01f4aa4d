import { describe, expect, it } from 'vitest';
import { fateOf } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

describe('a call that is not answered by its deadline', () => {
  it('opens its circuit again if it was a trial', async () => {
    const { circuits, clock, dispatch, issue } = gateStage();
    circuits.read.trip('error-rate', clock.now());
    circuits.read.enterHalfOpen(clock.now());
    const trial = issue('get', 'a');
    dispatch.write();
    clock.travel(1_001);
    expect(await fateOf(trial)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT', outcome: 'unknown' } });
    expect(circuits.read.state).toBe('open');
  });

  it('makes a circuit that is open because calls are slow admit only one call in four', async () => {
    const { circuits, clock, dispatch, issue } = gateStage({
      circuit: { openMs: 60_000, maxOpenMs: 60_000 },
    });
    for (let count = 0; count < 20; count++)
      circuits.read.succeeded(circuits.read.generation, 950, clock.now());
    expect(circuits.read.cause).toBe('slow');
    for (let count = 0; count < 5; count++) {
      issue('get', 'a').promise.catch(() => undefined);
      dispatch.write();
      clock.travel(60);
    }
    expect(dispatch.sent).toHaveLength(5);
    clock.travel(1_001);
    for (let count = 0; count < 8; count++) issue('get', 'a').promise.catch(() => undefined);
    expect(dispatch.sent).toHaveLength(7);
  });

  it('does not open its circuit again if the connection is known to be silent', async () => {
    const { circuits, clock, dispatch, line, issue } = gateStage();
    circuits.read.trip('error-rate', clock.now());
    circuits.read.enterHalfOpen(clock.now());
    const trial = issue('get', 'a');
    dispatch.write();
    line.cause = 'stalled';
    clock.travel(1_001);
    expect(await fateOf(trial)).toMatchObject({ error: { code: 'COMMAND_TIMEOUT', reason: 'stalled' } });
    expect(circuits.read.state).toBe('half-open');
  });
});
