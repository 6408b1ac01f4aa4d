import type { Gate } from '../gate.ts';

/** Returns the sum of the blocking timeouts of all pending calls. Calls that block without limit are not counted. */
export function pendingBlockingMs({ waiting, inFlight }: Gate): number {
  let totalMs = 0;
  for (const { slow } of [...waiting.inOrder(), ...inFlight.all()]) {
    const blockingMs = slow?.blockingMs ?? 0;
    if (blockingMs !== Infinity) totalMs += blockingMs;
  }
  return totalMs;
}
