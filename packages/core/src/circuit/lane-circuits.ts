import type { Settings } from '../options/settings.ts';
import type { Lane } from '../snapshot.ts';
import { Circuit, type CircuitChange, type CircuitDependencies } from './circuit.ts';

/**
 * The circuits for reads and for writes, for the whole of Redis or for one server of it, such as a node of a Cluster.
 */
export type LaneCircuits = Readonly<Record<Lane, Circuit>>;

/** Makes the circuits that all clients of one `RedisResilience` share. */
export function laneCircuits(
  { circuit: settings, timeoutMs: deadlineMs, clock, random }: Settings,
  onChange: (lane: Lane, change: CircuitChange) => void,
): LaneCircuits {
  const parts: CircuitDependencies = {
    clock,
    random,
    deadlineMs,
    onChange: (change, circuit) => onChange(circuit === circuits.read ? 'read' : 'write', change),
  };
  const circuits = { read: new Circuit(settings, parts), write: new Circuit(settings, parts) };
  return circuits;
}
