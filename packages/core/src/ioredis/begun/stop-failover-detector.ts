import type { OwnConnector } from '../internals.ts';

/**
 * Ends the subscriptions at sentinels that a client with the option `failoverDetector` has, and prevents new ones: this
 * library follows failovers itself, and nothing would close these connections.
 */
export function stopFailoverDetector(former: OwnConnector): void {
  former.failoverDetector?.cleanup();
  // If the client is just connecting, ioredis would begin to subscribe once the connection is made.
  if (former.options?.['failoverDetector'] === true) {
    former.options = { ...former.options, failoverDetector: false };
  }
}
