import type { Lane } from '../snapshot.ts';
import type { Circuit } from './circuit.ts';

/** One circuit per lane, for the whole of Redis or for a part of it. */
export type LaneCircuits = Readonly<Record<Lane, Circuit>>;
