import type { Lane } from '../snapshot.ts';
import type { Circuit } from './circuit.ts';

/**
 * The circuits for reads and for writes, for the whole of Redis or for one server of it, such as a node of a Cluster.
 */
export type LaneCircuits = Readonly<Record<Lane, Circuit>>;
