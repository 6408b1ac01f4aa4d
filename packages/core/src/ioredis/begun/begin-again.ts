import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import type { DriverConnector } from '../../driver/driver-connector.ts';
import { abandonSearch } from './abandon-search.ts';
import { forestall } from './forestall.ts';
import { internals, type Internals, type OwnConnector } from '../internals.ts';
import { runSoon } from '../../event-loop/soon.ts';

/**
 * Abandons the connection attempt that a client began before it was protected, because that attempt has no time limit
 * and its socket is not verified. The client does not notice that its socket is destroyed, and asks its connector,
 * which now belongs to this library, for another socket. A pending `connect()` settles with the new attempt.
 *
 * @param former the connector that began the attempt
 * @param onGivenUp called with each socket that is destroyed, before it has closed
 */
export function beginAgain(
  client: Redis,
  former: OwnConnector,
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
  // If the client's socket has just failed, the client is about to learn of the failure, and will then ask for another
  // socket itself.
  if (hasSocket && stream.destroyed) return;
  // With the status `reconnecting`, the client believes that it is in the pause between two attempts, so the
  // application can still close it.
  target.status = 'reconnecting';
  if (hasSocket) {
    discard(stream);
    connect(target);
    return;
  }
  // An attempt to connect to a fixed address gets its socket, or is forestalled, before this turn of the event loop
  // ends. An attempt for which a sentinel has already named the address gets its socket, too.
  const isSearching = Array.isArray(target.options['sentinels']) && former.stream === stream;
  if (!isSearching) {
    awaitFormer(target, discard, forestall(target, former));
    return;
  }
  abandonSearch(target, former);
  connect(target);
}

/**
 * Sends the queued commands. The queue is emptied first, because a client without a gate, such as a monitoring client,
 * may put the commands back into it.
 */
export function sendQueued(client: Redis): void {
  const { offlineQueue, sendCommand } = internals(client);
  const queued = offlineQueue.toArray();
  offlineQueue.clear();
  for (const { command, stream } of queued) sendCommand(command, stream);
}

/**
 * Waits until an attempt that has no socket yet either gets one or fails, and prevents ioredis from ending the client
 * after a failure.
 */
function awaitFormer(
  target: Internals,
  discard: (stream: Socket) => void,
  onEnded: () => void = ignore,
): void {
  const { stream: latest } = target;
  const setStatus = target.setStatus.bind(target);
  let isAwaited = true;
  const ended = (): void => {
    isAwaited = false;
    onEnded();
    define(target, latest);
    target.setStatus = setStatus;
    if (target.status === 'reconnecting') connect(target);
  };
  target.setStatus = (...args) => {
    // If the status is `close`, the user has closed the connection, so let the client end.
    if (isAwaited && args[0] === 'end' && target.status !== 'close') runSoon(ended);
    else setStatus(...args);
  };
  Object.defineProperty(target, 'stream', {
    configurable: true,
    enumerable: true,
    get: () => latest,
    set: (stream: Socket) => {
      define(target, stream);
      // The socket is discarded a little later, when the client has attached its listeners to it.
      runSoon(() => {
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
  // The errors of an abandoned socket do not matter. The connection reports the failures of its own attempts.
}
