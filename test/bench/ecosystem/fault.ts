/** What is done to Redis, and when. */
export type Fault = 'killed' | 'frozen' | 'booted' | 'closed';

export const faults: readonly { readonly name: Fault; readonly says: string }[] = [
  { name: 'killed', says: 'killed under load, started again 3 s later' },
  { name: 'frozen', says: 'frozen under load for 3 s' },
  { name: 'booted', says: 'started 3 s after the process' },
  { name: 'closed', says: 'killed for good; the process closes the library half a second later' },
];

/** How long Redis is away, in milliseconds. */
export const awayMs = 3000;
