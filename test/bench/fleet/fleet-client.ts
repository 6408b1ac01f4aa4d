import type { AcceptQueue } from './accept-queue.js';
import type { EventClock } from './event-clock.js';

/** The parts of the simulation that a client uses. */
export interface Surroundings {
  readonly clock: EventClock;
  readonly server: AcceptQueue;
  readonly random: () => number;
  /** The number of clients that the server reports in INFO. */
  readonly fleetSize: number;
  onAttempt(): void;
  /** Called when connection `index` of a process is established. */
  onRecovered(process: number, index: number): void;
}

/** One simulated process with its connections. */
export interface FleetClient {
  /** Connects for the first time, before the outage. */
  start(): void;
  /** Connection `index` breaks. */
  lose(index: number): void;
}

/** Creates the simulated process with this number. */
export type MakeClient = (process: number, connections: number, surroundings: Surroundings) => FleetClient;

/** Returns the delay with which a timer fires in a busy process. */
export function lateness(random: () => number): number {
  return random() * 2;
}
