import type { Circuit } from '../circuit/circuit.ts';
import type { Lane } from '../snapshot.ts';

type Circuits = Readonly<Record<Lane, Circuit>>;

/**
 * Call when the connection works again: closes the circuits that opened because of an outage. Circuits that opened
 * because the server refuses commands stay open.
 */
export function forgetOutage(circuits: Circuits, now: number): void {
  for (const circuit of Object.values(circuits)) {
    const { cause } = circuit;
    if (cause === 'slow' || cause === 'error-rate' || cause === 'stalled') circuit.close(now);
  }
}

/**
 * Call after a switch to another server: closes all circuits, because what they recorded does not apply to that server.
 */
export function forgetServer(circuits: Circuits, now: number): void {
  for (const circuit of Object.values(circuits)) circuit.close(now);
}
