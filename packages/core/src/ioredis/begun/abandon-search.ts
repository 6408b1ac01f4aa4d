import type { DriverConnector } from '../../driver/driver-connector.ts';
import type { Internals } from '../internals.ts';

/**
 * Abandons a search through sentinels that a client began before it was protected, so that the client can connect again
 * at once. ioredis itself keeps waiting for the sentinel's reply without a time limit, and offers no way to stop the
 * search. When the reply arrives, or the sentinel closes the connection, the search fails with an error of ours, which
 * the client must not notice.
 *
 * @param former the connector that began the search
 */
export function abandonSearch(target: Internals, former: DriverConnector): void {
  const abandoned = new Error('Connection is closed.');
  // Once a sentinel has replied, ioredis reads this property before it connects to the server: the error ends the
  // search.
  Object.defineProperty(former, 'connecting', {
    configurable: true,
    get: () => {
      throw abandoned;
    },
    set: ignore,
  });
  former.disconnect();
  const { flushQueue, silentEmit, setStatus } = target;
  let isEnding = false;
  target.flushQueue = (error, ...rest) => {
    if (error === abandoned) isEnding = true;
    else flushQueue.call(target, error, ...rest);
  };
  target.silentEmit = (event, detail) => {
    if (detail !== abandoned) silentEmit.call(target, event, detail);
  };
  // After ioredis has emptied the queues, it sets the status `end` in the same turn of the event loop. This status is
  // ignored.
  target.setStatus = (...args) => {
    if (!isEnding || args[0] !== 'end') return setStatus.apply(target, args);
    isEnding = false;
  };
}

function ignore(): void {
  // The search has been abandoned, so its connector needs no state.
}
