/** The name of a fault of Redis; if a fault has several durations, its name ends with the seconds. */
export type Fault =
  'killed' | 'frozen' | 'booted' | 'closed' | 'killed-2' | 'killed-2.5' | 'killed-8' | 'killed-15';

interface FaultOf {
  readonly name: Fault;
  readonly says: string;
  /** How long Redis is unavailable, in milliseconds. */
  readonly awayMs: number;
}

export const faults: readonly FaultOf[] = [
  { name: 'killed', says: 'Redis is killed under load, and started again 3 s later', awayMs: 3000 },
  { name: 'frozen', says: 'Redis is frozen under load for 3 s', awayMs: 3000 },
  { name: 'booted', says: 'Redis is started 3 s after the process', awayMs: 3000 },
  {
    name: 'closed',
    says: 'Redis is killed for good; the process closes the library half a second later',
    awayMs: 0,
  },
];

/** The faults of the rows with many users. */
export const crowdFaults: readonly FaultOf[] = [
  { name: 'killed-2', says: 'Redis is killed under load, and started again 2 s later', awayMs: 2000 },
  { name: 'killed-15', says: 'Redis is killed under load, and started again 15 s later', awayMs: 15_000 },
  { name: 'frozen', says: 'Redis is frozen under load for 3 s', awayMs: 3000 },
];

/** The faults of the application that uses six libraries. */
export const applicationFaults: readonly FaultOf[] = [
  { name: 'killed-2.5', says: 'Redis is killed under load, and started again 2.5 s later', awayMs: 2500 },
  { name: 'killed-8', says: 'Redis is killed under load, and started again 8 s later', awayMs: 8000 },
  { name: 'frozen', says: 'Redis is frozen under load for 3 s', awayMs: 3000 },
];

/** How long Redis is unavailable, in milliseconds. */
export function awayMsOf(fault: Fault): number {
  return [...faults, ...crowdFaults, ...applicationFaults].find(({ name }) => name === fault)?.awayMs ?? 0;
}
