import type { Redis } from 'ioredis';
import type { SendCommand } from '../driver/driver-command.ts';
import type { DriverConnector } from '../driver/driver-connector.ts';
import { internals, type Internals } from './internals.ts';
import { keepToClient } from './options/keep-to-client.ts';
import { quietTransactions } from './quiet-transactions.ts';

/**
 * Takes over dialing, and disables everything in ioredis that would retry, queue, resend or time out on its own.
 * `maxRetriesPerRequest: 0` is the only setting that neither resends nor loses the commands in flight.
 */
export function takeOverConnection(client: Redis, connector: DriverConnector): void {
  const target = internals(client);
  refuseStaleReady(target);
  quietTransactions(client);
  target.connector = connector;
  keepToClient(target.options, {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    enableOfflineQueue: true,
    enableReadyCheck: false,
    // Auto-pipelining is off because commands written in the same turn of the event loop are sent together anyway.
    // Without auto-pipelining, each command keeps its own deadline and outcome.
    enableAutoPipelining: false,
    reconnectOnError: null,
    connectTimeout: 0,
  });
  // `commandTimeout` and `socketTimeout` are cleared only if they are set, because two more options would double the
  // table in which V8 keeps the options of each client.
  for (const name of ['commandTimeout', 'socketTimeout']) {
    if (target.options[name] !== undefined) target.options[name] = undefined;
  }
}

// ioredis 5 emits `ready` when its CLIENT commands have been answered or have failed. If the connection breaks while
// ioredis waits for these answers, the client would stay ready without a socket forever (ioredis issue 2099).
function refuseStaleReady(target: Internals): void {
  const { setStatus } = target;
  target.setStatus = (...args) => {
    if (args[0] !== 'ready' || target.status === 'connect') return setStatus.apply(target, args);
    // After `setStatus`, ioredis sets `prevCondition`, which contains the saved subscriptions, to null, as if the
    // subscriptions had been restored. As they have not been restored, `prevCondition` gets its former value back.
    const { prevCondition } = target;
    queueMicrotask(() => {
      target.prevCondition ??= prevCondition ?? null;
    });
  };
}

/** Wraps `connect` so that its promise rejects at the first failed attempt instead of waiting until Redis is back. */
export function interceptConnect(client: Redis, firstFailure: () => Promise<never>): void {
  const target = internals(client);
  const { connect } = target;
  target.connect = (callback) => {
    const connected = Promise.race([connect.call(target), firstFailure()]);
    if (typeof callback === 'function') {
      const answer = callback as (error: unknown) => void;
      connected.then(() => answer(null), answer);
    }
    return connected;
  };
}

function atOnce(): number {
  return 0;
}

/** Makes ioredis ask for the next socket immediately after each failure, because the connector does the waiting. */
export function takeOverRetries(client: Redis): void {
  keepToClient(internals(client).options, { retryStrategy: atOnce });
  interceptDisconnect(client);
}

/**
 * Wraps `disconnect` so that it ends the client immediately, even in the pause between two connection attempts. In this
 * pause, ioredis' own `disconnect` would never end the client, because there is no socket whose close would end it.
 */
export function interceptDisconnect(client: Redis): void {
  const target = internals(client);
  const { disconnect } = target;
  target.disconnect = (reconnect = false) => {
    if (reconnect || target.status !== 'reconnecting') {
      disconnect.call(target, reconnect);
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
 * Puts a monitoring client into monitor mode as soon as the reply to MONITOR is read: the first lines may arrive
 * together with that reply, before its promise settles. A monitoring client has no gate, because its connection replies
 * to no commands.
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
