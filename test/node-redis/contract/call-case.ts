import type { createClient } from 'redis';

export type Client = ReturnType<typeof createClient>;

/** A call on a client, whose answer has to be that of plain node-redis. */
export type CallCase = readonly [title: string, call: (client: Client) => unknown];
