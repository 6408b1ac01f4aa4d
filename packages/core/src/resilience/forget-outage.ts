import type { Circuit } from '../circuit/circuit.ts';
import type { Lane } from '../snapshot.ts';

type Circuits = Readonly<Record<Lane, Circuit>>;

/** What the circuits learnt from an outage of the connection does not outlive it; what the server refuses does. */
export function forgetOutage(circuits: Circuits, now: number): void {
  for (const circuit of Object.values(circuits)) {
    const { cause } = circuit;
    if (cause === 'slow' || cause === 'error-rate' || cause === 'stalled') circuit.close(now);
  }
}

/** What the circuits learnt of one server does not hold for another. */
export function forgetServer(circuits: Circuits, now: number): void {
  for (const circuit of Object.values(circuits)) circuit.close(now);
}
