import { debuglog } from 'node:util';

/**
 * Prints one line per decision if `NODE_DEBUG=redis-resilience` is set. The lines contain command names, causes,
 * durations, and the reasons passed to `reconnect` and `isolate`; they never contain keys, values, hosts or
 * credentials.
 */
export const debug = debuglog('redis-resilience');
