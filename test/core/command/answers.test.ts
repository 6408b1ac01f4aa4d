import { describe, expect, it } from 'vitest';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { fateOf } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

describe('a pipeline of which a node redirects a command', () => {
  it('is answered when the nodes that its redirected commands were sent on to have answered', async () => {
    const { pipeline, dispatch, settle, told } = gateStage({}, undefined, { isCluster: true });
    const commands = await pipeline(['get', 'a'], ['set', 'b', '1']);
    const [get, set] = commands as [DriverCommand, DriverCommand];
    dispatch.refuse(set, 'MOVED 3999 127.0.0.1:6381');
    expect(dispatch.followed).toEqual([]);
    dispatch.answer(get, 'value');
    expect(dispatch.followed).toEqual([set]);
    await settle();
    expect(set.call?.settled).toBe(false);
    dispatch.answer(set);
    expect(await Promise.all(commands.map((command) => fateOf(command)))).toEqual([
      { value: 'value' },
      { value: 'OK' },
    ]);
    expect(told).toEqual([]);
  });

  it('tells its connection of the slot that moved, and is sent again, where no driver follows', async () => {
    const { pipeline, dispatch, line, clock } = gateStage();
    const commands = await pipeline(['get', 'a'], ['get', 'b']);
    const [one, other] = commands as [DriverCommand, DriverCommand];
    dispatch.answer(one, 'value');
    dispatch.refuse(other, 'MOVED 3999 127.0.0.1:6381');
    expect(line.judged).toMatchObject([{ code: 'MOVED', cause: 'cluster-down' }]);
    clock.travel(100);
    expect(dispatch.slow).toEqual([...commands, ...commands]);
  });
});
