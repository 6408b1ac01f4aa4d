import { debuglog } from 'node:util';

/**
 * Prints one line per decision while `NODE_DEBUG=redis-resilience` is set: names of commands, causes and durations, and
 * the reasons that were given to `reconnect` and `isolate`. Never keys, values, hosts or credentials.
 */
export const debug = debuglog('redis-resilience');
