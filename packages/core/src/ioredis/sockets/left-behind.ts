import type { Socket } from 'node:net';
import type { DriverCommand } from '../../driver/driver-command.ts';
import { resetSocket } from '../../handshake/reset-socket.ts';
import { internals, type Internals } from '../internals.ts';
import type { Redis } from 'ioredis';

type Queue = Internals['commandQueue'];

/**
 * Detaches a socket that has stopped delivering replies: the client continues as if this socket had closed. The socket
 * is still read for commands that must not run twice, because their replies may yet arrive. All other commands fail,
 * and their replies are skipped.
 *
 * @param own the listeners for `close` that do not belong to the client
 * @returns whether the socket is still read. Returns false, and changes nothing, in four cases: all unanswered commands
 *   may run twice; one of them is a raw command; one has not been written yet, and could run on this socket after it
 *   was sent again; or one is a write that will be retried on the next socket, and could run on this socket afterwards.
 */
export function leaveBehind(
  client: Redis,
  socket: Socket,
  own: readonly unknown[],
  onLeft: () => void,
): boolean {
  const target = internals(client);
  const { commandQueue: queue, condition } = target;
  const items = queue.toArray();
  const kept = items.filter(({ command }) => isKept(command));
  // A detached socket with raw commands cannot be read: only the `ReplyRouter` knows where the reply to a raw command
  // begins, and it moves on to the client's next socket.
  if (kept.length === 0 || items.some(({ command }) => command.isRaw === true || isUnwritten(command)))
    return false;
  const others = items.filter((item) => !kept.includes(item));
  if (others.some(({ command: { call } }) => call?.settled === false && call.retryLane === 'write'))
    return false;
  const settling: (() => unknown)[] = [];
  const isOpen = (): boolean => kept.some(({ command }) => command.call?.settled === false);
  const settle = (): void => {
    for (const each of settling.splice(0)) each();
    if (!isOpen()) resetSocket(socket);
  };
  readOn(target, socket, standIns(queue, items, new Set(kept), settling), condition, settle);
  target.commandQueue = emptyLike(queue);
  socket.removeAllListeners('error');
  socket.on('error', ignore);
  onLeft();
  // The commands are rejected here and not by the client, because the client would also remove the parser from the
  // socket.
  for (const { command } of others) command.reject(new Error('Connection is closed.'));
  closeFor(socket, own);
  socket.once('close', () => {
    for (const { command } of kept) {
      if (command.call?.settled === false) command.reject(new Error('Connection is closed.'));
    }
  });
  return true;
}

function isUnwritten({ call }: DriverCommand): boolean {
  return call?.written?.isWritten === false;
}

function isKept({ call }: DriverCommand): boolean {
  return call !== undefined && !call.settled && !call.released && call.retryLane === undefined;
}

/**
 * Makes this socket's parser settle only the commands in `queue`, which were sent on this socket, and none that are
 * sent on the next one.
 */
function readOn(
  target: Internals,
  socket: Socket,
  queue: Queue,
  condition: Internals['condition'],
  settle: () => void,
): void {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...args: unknown[]) => boolean;
  const emitFromHere = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event !== 'data') return emit(event, ...args);
    const present = { commandQueue: target.commandQueue, condition: target.condition };
    Object.assign(target, { commandQueue: queue, condition });
    try {
      return emit(event, ...args);
    } finally {
      Object.assign(target, present);
      settle();
    }
  };
  socket.emit = emitFromHere as Socket['emit'];
}

/**
 * Returns a queue of stand-ins for the commands, which record how each command is to be settled. The commands
 * themselves are settled later, because settling one may make its caller issue new commands immediately.
 */
function standIns(
  queue: Queue,
  items: readonly { readonly command: DriverCommand }[],
  kept: ReadonlySet<object>,
  settling: (() => unknown)[],
): Queue {
  const waiting = emptyLike(queue);
  for (const item of items) {
    const { command } = item;
    const { name, args } = command;
    const later = (settle: () => unknown): void => {
      if (kept.has(item)) settling.push(settle);
    };
    waiting.push({
      ...item,
      command: {
        name,
        args,
        resolve: (value: unknown) => later(() => command.resolve(value)),
        reject: (error: Error) => later(() => command.reject(error)),
      },
    });
  }
  return waiting;
}

/** Calls the client's listeners for the close of its socket. */
function closeFor(socket: Socket, own: readonly unknown[]): void {
  for (const listener of socket.rawListeners('close')) {
    if (own.includes(listener)) continue;
    const { listener: inner = listener } = listener as { listener?: (hadError: boolean) => void };
    socket.removeListener('close', inner as () => void);
    (inner as (hadError: boolean) => void).call(socket, false);
  }
}

function emptyLike(queue: Queue): Queue {
  return new (queue.constructor as new () => Queue)();
}

function ignore(): void {
  // The `close` event, which follows the error, is handled instead.
}
