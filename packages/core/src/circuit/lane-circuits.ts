import type { Lane } from '../snapshot.ts';
import type { Circuit } from './circuit.ts';

/** One circuit a lane: of the whole of Redis, or of one part of it. */
export type LaneCircuits = Readonly<Record<Lane, Circuit>>;
