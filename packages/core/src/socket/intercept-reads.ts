import type { Socket } from 'node:net';

/**
 * Calls `pass` with every chunk that a socket reads, instead of the socket's `data` listeners. The `data` listeners,
 * including those that were added earlier or are prepended later, receive only the bytes that `pass` hands to
 * `deliver`.
 */
export function interceptReads(
  socket: Socket,
  pass: (chunk: Buffer, deliver: (bytes: Buffer) => void) => void,
): void {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...args: unknown[]) => boolean;
  const deliver = (bytes: Buffer): void => {
    emit('data', bytes);
  };
  const intercepted = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event !== 'data') return emit(event, ...args);
    pass(args[0] as Buffer, deliver);
    return true;
  };
  socket.emit = intercepted as Socket['emit'];
}
