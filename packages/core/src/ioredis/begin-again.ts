import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import type { DriverConnector } from '../driver/driver-connector.ts';
import { internals, type Internals } from './internals.ts';

/**
 * Gives up the attempt that a client began before it was protected: nobody bounds it, and what it leads to is not
 * proven. Its socket is destroyed unseen, and the client asks its connector, ours by now, for another one. Whoever
 * awaits the `connect()` of that attempt is answered by the new one.
 *
 * @param former the connector that began it
 * @param onGivenUp shown each socket that was destroyed, before it is gone
 */
export function beginAgain(
  client: Redis,
  former: DriverConnector,
  onGivenUp: (socket: Socket) => void = ignore,
): void {
  const target = internals(client);
  const discard = (stream: Socket): void => {
    discardSocket(target, stream, former);
    onGivenUp(stream);
  };
  if (target.status === 'reconnecting') {
    // oxlint-disable-next-line no-restricted-globals -- ioredis' own timer, not ours
    if (target.reconnectTimeout) clearTimeout(target.reconnectTimeout);
    target.reconnectTimeout = null;
    connect(target);
    return;
  }
  if (target.status !== 'connecting' && target.status !== 'connect') return;
  const { stream } = target;
  const hasSocket = stream !== undefined && !stream.closed;
  // Of a socket that failed a moment ago the client is about to learn, and asks for another one.
  if (hasSocket && stream.destroyed) return;
  // Between two attempts, as far as the client knows: so it can be closed meanwhile.
  target.status = 'reconnecting';
  if (hasSocket) {
    discard(stream);
    connect(target);
    return;
  }
  awaitFormer(target, discard);
  // Sentinels are asked one after the other, and for ever; an address leads to a socket within this turn.
  if (Array.isArray(target.options['sentinels'])) former.disconnect();
}

/** The former attempt has no socket yet: it ends with one, or with an error that would end the client. */
function awaitFormer(target: Internals, discard: (stream: Socket) => void): void {
  const { stream: latest } = target;
  const setStatus = target.setStatus.bind(target);
  let isAwaited = true;
  const ended = (): void => {
    isAwaited = false;
    define(target, latest);
    target.setStatus = setStatus;
    if (target.status === 'reconnecting') connect(target);
  };
  target.setStatus = (...args) => {
    // A connection that its user closed ends from `close`.
    if (isAwaited && args[0] === 'end' && target.status !== 'close') queueMicrotask(ended);
    else setStatus(...args);
  };
  Object.defineProperty(target, 'stream', {
    configurable: true,
    enumerable: true,
    get: () => latest,
    set: (stream: Socket) => {
      define(target, stream);
      // The client attaches its listeners first.
      queueMicrotask(() => {
        discard(stream);
        ended();
      });
    },
  });
}

function discardSocket(target: Internals, stream: Socket, former: DriverConnector): void {
  for (const event of ['connect', 'secureConnect', 'data', 'timeout', 'error', 'close'])
    stream.removeAllListeners(event);
  stream.on('error', ignore);
  stream.destroy();
  // oxlint-disable-next-line no-restricted-globals -- ioredis' own timer, not ours
  clearTimeout(target.socketTimeoutTimer);
  target.socketTimeoutTimer = undefined;
  former.disconnect();
}

function define(target: Internals, stream: Socket | undefined): void {
  Object.defineProperty(target, 'stream', {
    configurable: true,
    enumerable: true,
    writable: true,
    value: stream,
  });
}

function connect(target: Internals): void {
  target.connect().catch(ignore);
}

function ignore(): void {
  // Told to the connection; and of a socket that was given up nothing counts.
}
