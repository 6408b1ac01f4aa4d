import { expect, it, vi } from 'vitest';
import { askOutsideMulti } from '../../../packages/core/src/command/guards/ask-outside-multi.ts';
import { gateStage } from './gate-stage.ts';

it('a command of the library is not sent between MULTI and EXEC', async () => {
  const { gate, issue } = gateStage();
  const driver = { ask: vi.fn(async () => 'PONG') };
  const ask = (): Promise<unknown> => askOutsideMulti(gate, driver, 'ping', []);
  expect(await ask()).toBe('PONG');
  issue('multi');
  await expect(ask()).rejects.toThrow('inside a MULTI');
  issue('exec');
  expect(await ask()).toBe('PONG');
  expect(driver.ask).toHaveBeenCalledTimes(2);
});

it('a command of the library is sent when the MULTI was lost with its connection', async () => {
  const { gate, issue } = gateStage();
  issue('multi');
  gate.hold(10_000);
  gate.serve();
  expect(await askOutsideMulti(gate, { ask: async () => 'PONG' }, 'ping', [])).toBe('PONG');
});
