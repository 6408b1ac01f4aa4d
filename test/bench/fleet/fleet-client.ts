import type { AcceptQueue } from './accept-queue.js';
import type { EventClock } from './event-clock.js';

/** What a client needs to live in the simulation. */
export interface Surroundings {
  readonly clock: EventClock;
  readonly server: AcceptQueue;
  readonly random: () => number;
  /** What INFO tells about the number of clients. */
  readonly fleetSize: number;
  onAttempt(): void;
  /** Connection `index` of its process stands. */
  onRecovered(process: number, index: number): void;
}

/** One process and its connections. */
export interface FleetClient {
  /** Connects for the first time, long before the outage. */
  start(): void;
  /** Connection `index` breaks. */
  lose(index: number): void;
}

/** Makes the process with this number. */
export type MakeClient = (process: number, connections: number, surroundings: Surroundings) => FleetClient;

/** Timers of a busy process ring a little late. */
export function lateness(random: () => number): number {
  return random() * 2;
}
