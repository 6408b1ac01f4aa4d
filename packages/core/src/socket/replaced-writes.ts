import type { Socket } from 'node:net';

/** Receives what is written to a socket. */
export interface WritesReceiver {
  write(chunk: string | Uint8Array): void;
  /** `rest` are further arguments of `Socket.write`. */
  writeNow(chunk: string | Uint8Array, rest: readonly unknown[]): boolean;
  end(args: readonly unknown[]): Socket;
}

/** A socket's own methods, as properties, because the linter forbids reading a method without calling it. */
export interface OwnWrites {
  readonly write: (this: Socket, chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
  readonly end: (this: Socket, ...args: unknown[]) => Socket;
}

const receiving = Symbol('writes');

interface ReplacedSocket extends Socket {
  [receiving]: WritesReceiver;
}

/** Makes `receiver` receive what is written to the socket. Returns the methods that this replaces. */
export function replaceWrites(socket: Socket, receiver: WritesReceiver): OwnWrites {
  const { write, end: ownEnd } = socket as unknown as OwnWrites;
  (socket as ReplacedSocket)[receiving] = receiver;
  // All sockets share the functions `gather` and `end`, because closures for each socket would occupy more memory.
  socket.write = gather;
  socket.end = end;
  return { write, end: ownEnd };
}

function gather(this: ReplacedSocket, chunk: string | Uint8Array, ...rest: unknown[]): boolean {
  const receiver = this[receiving];
  if (rest.length > 0) return receiver.writeNow(chunk, rest);
  receiver.write(chunk);
  return true;
}

function end(this: ReplacedSocket, ...args: unknown[]): Socket {
  return this[receiving].end(args);
}
