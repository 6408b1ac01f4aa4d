import type { Fault } from './fault.ts';

/**
 * Cuts the network without closing connections: existing connections never carry data again, and new ones hang until
 * the fault is repaired.
 */
export const blackhole: Fault = async ({ stage: { proxy } }) => {
  proxy.blackhole({ existing: true, incoming: true });
  return () => proxy.heal();
};

export const latency: Fault = async ({ stage: { proxy }, parameters }) => {
  const { latencyMs = 200, jitterMs = 0 } = parameters;
  // Half of the latency is added in each direction.
  proxy.latency(latencyMs / 2, { jitterMs: jitterMs / 2 });
  return async () => {
    proxy.latency(0);
  };
};

export const reset: Fault = async ({ stage: { proxy }, parameters, seed }) => {
  const { minMs = 200, maxMs = 500 } = parameters;
  proxy.reset();
  const stop = proxy.resetEvery({ minMs, maxMs, seed });
  return async () => {
    stop();
  };
};
