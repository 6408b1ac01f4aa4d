import type { createClient } from 'redis';

export type Client = ReturnType<typeof createClient>;

/** A call whose result must be the same as with plain node-redis. */
export type CallCase = readonly [title: string, call: (client: Client) => unknown];
