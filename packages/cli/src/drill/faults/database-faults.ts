import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/** Kills the first of two databases and never restarts it, while the second database keeps running. */
export const failoverSecond: Fault = async ({ stage: { server } }) => {
  await server.kill();
  return () => Promise.resolve();
};

/** Kills and restarts the first of two databases again and again. After the fault, the database is up. */
export const flappingFirst: Fault = async ({ stage: { server }, parameters }) => {
  const { downMs = 2000, upMs = 2000 } = parameters;
  const stopper = new AbortController();
  const pause = (ms: number): Promise<void> =>
    delay(ms, undefined, { signal: stopper.signal }).catch(() => undefined);
  const flap = async (): Promise<void> => {
    while (!stopper.signal.aborted) {
      await pause(downMs);
      await server.start();
      await pause(upMs);
      if (!stopper.signal.aborted) await server.kill();
    }
    // If the fault ended while the server was being killed, the server is still down.
    await server.start();
  };
  await server.kill();
  const flapping = flap();
  return async () => {
    stopper.abort();
    await flapping;
  };
};
