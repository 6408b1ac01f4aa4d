import { expect, it } from 'vitest';
import { fateOf, lockRelease } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

it('a lock whose release waited for Redis in vain is released when Redis is back, and not before', async () => {
  const { issue, gate, dispatch, clock } = gateStage();
  gate.hold(10_000);
  const release = issue('eval', ...lockRelease);
  clock.travel(250);
  expect(await fateOf(release)).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
  gate.refresh();
  expect(dispatch.asked).toEqual([]);
  gate.serve();
  expect(dispatch.asked).toEqual(['eval']);
  gate.refresh();
  expect(dispatch.asked).toEqual(['eval']);
});
