import { debuglog } from 'node:util';

/** One line per decision, when `NODE_DEBUG=redis-resilience` is set. */
export const debug = debuglog('redis-resilience');
