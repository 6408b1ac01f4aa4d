import type { Cluster, Redis } from 'ioredis';
import { internals } from './internals.ts';
import { sendCommandOf } from './client.ts';

/** Tells a driver that was never told to connect to do so. */
export function wake(client: Redis | Cluster): void {
  if (internals(client).status === 'wait') internals(client).connect().catch(ignore);
}

/**
 * A monitor's connection answers no commands and has no gate. Its first lines may come together with the answer to
 * MONITOR, so it has to be in its mode before the promise of that answer is looked at.
 */
export function monitorAtOnce(client: Redis): void {
  const target = internals(client);
  const original = sendCommandOf(client);
  target.sendCommand = (command, stream, node) => {
    const { resolve } = command;
    if (command.name === 'monitor') {
      command.resolve = (value) => {
        target.status = 'monitoring';
        return resolve(value);
      };
    }
    return original(command, stream, node);
  };
}

/** Lets `onDuplicate` see each instance that `duplicate()` makes before it connects. */
export function interceptDuplicate(client: Redis, onDuplicate: (duplicate: Redis) => void): void {
  const target = internals(client);
  const original = target.duplicate.bind(client);
  target.duplicate = (override) => {
    const isLazy =
      (override as { lazyConnect?: boolean } | undefined)?.lazyConnect ?? target.options['lazyConnect'];
    const duplicate = original({ ...(override as object), lazyConnect: true }) as Redis;
    onDuplicate(duplicate);
    setLazy(duplicate, isLazy === true);
    return duplicate;
  };
}

/** A client is constructed lazy, so that it is protected before it connects; here it gets what its user asked for. */
export function setLazy(client: Redis, isLazy: boolean): void {
  internals(client).options['lazyConnect'] = isLazy;
  if (!isLazy) wake(client);
}

/** Whether `disconnect()` or `quit()` was called by the user: the driver will not come back by itself. */
export function isClosing(client: Redis): boolean {
  return internals(client).manuallyClosing;
}

/** A client that was closed while it dialed may be connected anew: the driver forgets to forget. */
export function forgetClosing(client: Redis): void {
  process.nextTick(() => {
    internals(client).manuallyClosing = false;
  });
}

/**
 * Wraps `disconnect`. The driver parks for ever when told to disconnect between two attempts; here it ends.
 */
export function interceptDisconnect(client: Redis): void {
  const target = internals(client);
  const original = target.disconnect.bind(client);
  target.disconnect = (reconnect = false) => {
    if (reconnect || target.status !== 'reconnecting') {
      original(reconnect);
      return;
    }
    // oxlint-disable-next-line no-restricted-globals -- the driver's own timer, not ours
    if (target.reconnectTimeout) clearTimeout(target.reconnectTimeout);
    target.reconnectTimeout = null;
    target.manuallyClosing = false;
    target.setStatus('end');
    target.flushQueue(new Error('Connection is closed.'));
  };
}

/** Wraps `connect`, so that a caller who awaits it while Redis is down is answered at the first failed attempt. */
export function interceptConnect(client: Redis, firstFailure: () => Promise<never>): void {
  const target = internals(client);
  const original = target.connect.bind(client);
  target.connect = (callback) => {
    const connected = Promise.race([original(), firstFailure()]);
    if (typeof callback === 'function') {
      const answer = callback as (error: unknown) => void;
      connected.then(() => answer(null), answer);
    }
    return connected;
  };
}

function ignore(): void {
  // The failed attempt is reported by the connection.
}
