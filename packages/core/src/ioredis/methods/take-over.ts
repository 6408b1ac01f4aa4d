import type { Redis } from 'ioredis';
import type { Driver } from '../../driver/driver.ts';
import type { DriverConnector, FirstFailure } from '../../driver/driver-connector.ts';
import { stopFailoverDetector } from '../begun/stop-failover-detector.ts';
import { internals, type Internals } from '../internals.ts';
import { connectOrJoin } from './connect-or-join.ts';
import { keepToClient } from '../options/keep-to-client.ts';
import { ownOptions, ownRetries } from '../options/own-options.ts';
import { spareUnwatched } from './spare-unwatched.ts';
import { beneath, shareMethod } from './replaced-method.ts';
import { runSoon } from '../../event-loop/soon.ts';

/** Takes over dialing, and disables everything in ioredis that would retry, queue, resend or time out on its own. */
export function takeOverConnection(client: Redis, connector: DriverConnector): void {
  const target = internals(client);
  shareMethod(client, 'setStatus', refuseStaleReady);
  spareUnwatched(client);
  client.on('error', ignore);
  stopFailoverDetector(target.connector);
  target.connector = connector;
  keepToClient(target.options, ownOptions);
  // `commandTimeout` and `socketTimeout` are cleared only if they are set, because two more options would double the
  // table in which V8 keeps the options of each client.
  for (const name of ['commandTimeout', 'socketTimeout']) {
    if (target.options[name] !== undefined) target.options[name] = undefined;
  }
}

// ioredis 5 emits `ready` when its CLIENT commands have been answered or have failed. If the connection breaks while
// ioredis waits for these answers, the client would stay ready without a socket forever (ioredis issue 2099).
function refuseStaleReady(this: Internals, ...args: Parameters<Internals['setStatus']>): void {
  const setStatus = beneath(this, 'setStatus');
  if (args[0] !== 'ready' || this.status === 'connect') {
    setStatus.apply(this, args);
    return;
  }
  // After `setStatus`, ioredis sets `prevCondition`, which contains the saved subscriptions, to null, as if the
  // subscriptions had been restored. As they have not been restored, `prevCondition` gets its former value back.
  const { prevCondition } = this;
  runSoon(() => {
    this.prevCondition ??= prevCondition ?? null;
  });
}

const attempts = Symbol('attempts');

interface Connecting extends Internals {
  [attempts]: FirstFailure;
}

/** Wraps `connect` so that its promise rejects at the first failed attempt instead of waiting until Redis is back. */
export function interceptConnect(client: Redis, source: FirstFailure): void {
  (internals(client) as Connecting)[attempts] = source;
  shareMethod(client, 'connect', connectOrFail);
}

function connectOrFail(this: Connecting, callback?: unknown): Promise<void> {
  const connected = connectOrJoin(this, this[attempts]);
  if (typeof callback === 'function') {
    const answer = callback as (error: unknown) => void;
    connected.then(() => answer(null), answer);
  }
  return connected;
}

/** Makes ioredis ask for the next socket immediately after each failure, and end at once when it is closed. */
export function takeOverRetries(client: Redis): void {
  keepToClient(internals(client).options, ownRetries);
  interceptDisconnect(client);
}

/**
 * Wraps `disconnect` so that it ends the client immediately, even in the pause between two connection attempts. In this
 * pause, ioredis' own `disconnect` would never end the client, because there is no socket whose close would end it.
 */
export function interceptDisconnect(client: Redis): void {
  shareMethod(client, 'disconnect', disconnectAtOnce);
}

function disconnectAtOnce(this: Internals, reconnect = false): void {
  if (reconnect || this.status !== 'reconnecting') {
    beneath(this, 'disconnect').call(this, reconnect);
    return;
  }
  // oxlint-disable-next-line no-restricted-globals -- ioredis' own timer, not ours
  if (this.reconnectTimeout) clearTimeout(this.reconnectTimeout);
  this.reconnectTimeout = null;
  this.manuallyClosing = false;
  this.status = 'close';
  this.setStatus('end');
  this.flushQueue(new Error('Connection is closed.'));
}

/**
 * Puts a monitoring client into monitor mode as soon as the reply to MONITOR is read: the first lines may arrive
 * together with that reply, before its promise settles. A monitoring client has no gate, because its connection replies
 * to no commands.
 */
export function monitorAtOnce(client: Redis, driver: Pick<Driver, 'send'>): void {
  const target = internals(client);
  target.sendCommand = (command, stream, node) => {
    const { resolve } = command;
    if (command.name === 'monitor') {
      command.resolve = (value) => {
        target.status = 'monitoring';
        return resolve(value);
      };
    }
    return driver.send(command, stream, node);
  };
}

function ignore(): void {
  // The connection reports the error. Without a listener, ioredis would print every failed attempt to the console.
}
