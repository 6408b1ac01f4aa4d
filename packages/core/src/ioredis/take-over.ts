import type { Redis } from 'ioredis';
import type { SendCommand } from '../driver/driver-command.ts';
import type { DriverConnector } from '../driver/driver-connector.ts';
import { internals, type Internals } from './internals.ts';

/**
 * Takes over dialing, and switches off everything in ioredis that would retry, queue, resend or time out beside us.
 * `maxRetriesPerRequest: 0` is the one setting that neither resends nor loses what was in flight.
 */
export function takeOverConnection(client: Redis, connector: DriverConnector): void {
  const target = internals(client);
  refuseStaleReady(target);
  target.connector = connector;
  Object.assign(target.options, {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    enableOfflineQueue: true,
    enableReadyCheck: false,
    // Our writes of one turn leave together anyway, and each command keeps its own deadline and fate.
    enableAutoPipelining: false,
    commandTimeout: undefined,
    socketTimeout: undefined,
    reconnectOnError: null,
    connectTimeout: 0,
  });
}

// ioredis 5 emits `ready` when its CLIENT commands are answered or have failed, so also when the connection broke
// meanwhile, and then stays ready without a socket for ever (ioredis issue 2099).
function refuseStaleReady(target: Internals): void {
  const setStatus = target.setStatus.bind(target);
  target.setStatus = (...args) => {
    if (args[0] !== 'ready' || target.status === 'connect') return setStatus(...args);
    // After this call, ioredis forgets the subscriptions as if they were restored: keep them.
    const { prevCondition } = target;
    queueMicrotask(() => {
      target.prevCondition ??= prevCondition ?? null;
    });
  };
}

/** Wraps `connect`, so that its promise rejects at the first failed attempt instead of waiting until Redis is back. */
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

/** Wraps `disconnect`: called between two attempts, ioredis would never end; here it ends at once. */
export function interceptDisconnect(client: Redis): void {
  const target = internals(client);
  const original = target.disconnect.bind(client);
  target.disconnect = (reconnect = false) => {
    if (reconnect || target.status !== 'reconnecting') {
      original(reconnect);
      return;
    }
    // oxlint-disable-next-line no-restricted-globals -- ioredis' own timer, not ours
    if (target.reconnectTimeout) clearTimeout(target.reconnectTimeout);
    target.reconnectTimeout = null;
    target.manuallyClosing = false;
    target.status = 'close';
    target.setStatus('end');
    target.flushQueue(new Error('Connection is closed.'));
  };
}

/**
 * The connection of a monitor answers no commands and has no gate. Its first lines may arrive together with the answer
 * to MONITOR, so the client has to be in monitor mode before the promise of that answer settles.
 */
export function monitorAtOnce(client: Redis, send: SendCommand): void {
  const target = internals(client);
  target.sendCommand = (command, stream, node) => {
    const { resolve } = command;
    if (command.name === 'monitor') {
      command.resolve = (value) => {
        target.status = 'monitoring';
        return resolve(value);
      };
    }
    return send(command, stream, node);
  };
}
