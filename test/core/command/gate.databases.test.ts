import { describe, expect, it } from 'vitest';
import { boundTo } from '../../../packages/core/src/verbs/bound-to-database.ts';
import { fateOf } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

describe('a call that is bound to a database', () => {
  it('is sent to that one, and fails on any other', async () => {
    const { issue, dispatch, line, clock } = gateStage();
    dispatch.hasFastPath = false;
    line.database = 'second';
    boundTo('second', () => issue('watch', 'a'));
    issue('unwatch');
    const elsewhere = boundTo('first', () => issue('watch', 'b'));
    clock.travel(0);
    expect(dispatch.sent).toEqual(['watch', 'unwatch']);
    expect(await fateOf(elsewhere)).toMatchObject({
      error: { code: 'REDIS_UNAVAILABLE', reason: 'connection-reset', outcome: 'not-applied' },
    });
  });

  it('fails when another one took over while it waited', async () => {
    const { issue, dispatch, gate, line, clock } = gateStage();
    line.database = 'first';
    gate.hold(10_000);
    const command = boundTo('first', () => issue('get', 'a'));
    const free = issue('get', 'b');
    line.database = 'second';
    gate.serve();
    clock.travel(0);
    expect(dispatch.slow).toEqual([free]);
    expect(await fateOf(command)).toMatchObject({ error: { outcome: 'not-applied' } });
  });
});
