import type { Socket } from 'node:net';
import { keptBytes, lendBytes } from '../handshake/borrowed-bytes.ts';

/** Receives the events of one socket before the socket's listeners. */
export interface SocketReader {
  /**
   * Called with every chunk that is read. The `data` listeners get only the bytes that are passed to {@link deliver}.
   * The chunk may be borrowed: after this call, its bytes are overwritten.
   */
  read(chunk: Buffer): void;
  /** Called when the socket has closed. */
  closed(): void;
}

const readBy = Symbol('reader');
const ownEmit = Symbol('emit');

interface InterceptedSocket extends Socket {
  [readBy]: SocketReader;
  [ownEmit]: Emitting['emit'];
}

/**
 * The method of a socket that is replaced. It is typed as a property, because the linter forbids reading a method
 * without calling it.
 */
interface Emitting {
  emit: (event: string | symbol, ...args: unknown[]) => boolean;
}

/**
 * Passes every chunk that a socket reads to `reader`, instead of to the socket's `data` listeners. The `data` listeners,
 * including those that were added earlier or are prepended later, receive only the bytes that are delivered.
 */
export function interceptReads(socket: Socket, reader: SocketReader): void {
  const target = socket as InterceptedSocket;
  target[readBy] = reader;
  target[ownEmit] = (socket as unknown as Emitting).emit;
  // The function is shared by all sockets, because a closure for each socket would occupy more memory.
  socket.emit = emitIntercepted as Socket['emit'];
  lendBytes(socket);
}

/** Passes bytes to the `data` listeners of a socket whose reads are intercepted. */
export function deliver(socket: Socket, bytes: Buffer): void {
  (socket as InterceptedSocket)[ownEmit]('data', keptBytes(bytes));
}

function emitIntercepted(this: InterceptedSocket, event: string | symbol, ...args: unknown[]): boolean {
  if (event === 'data') {
    this[readBy].read(args[0] as Buffer);
    return true;
  }
  if (event === 'close') this[readBy].closed();
  return this[ownEmit](event, ...args);
}
