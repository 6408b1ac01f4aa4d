import { createRedisResilience } from '@redis-resilience/core';
import { freePort } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';

it('the stack of a command that is refused begins where it was called, also below a library of many layers', async () => {
  const resilience = createRedisResilience({ port: await freePort() }, { logger: false });
  resilience.isolate('maintenance');
  const { client } = resilience;
  const inLibrary = (layers: number): Promise<unknown> =>
    layers === 0 ? client.get('greeting') : inLibrary(layers - 1);
  function inApplication(): Promise<unknown> {
    return inLibrary(4);
  }
  const error = await errorOf(inApplication());
  const batched = await errorOf(client.multi().get('greeting').exec());

  const lines = String(error.stack).split('\n    at ');
  expect(lines[0]).toContain('CircuitOpenError: The circuit for reads rejected get');
  expect(lines.slice(1).filter((line) => line.includes('packages/core'))).toEqual([]);
  expect(lines.findIndex((line) => line.includes('inApplication'))).toBeGreaterThan(0);
  expect(batched.stack).toContain('\n    at ');
  await resilience.close();
});
