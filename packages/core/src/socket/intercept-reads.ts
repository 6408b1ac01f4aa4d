import type { Socket } from 'node:net';

/**
 * Hands every chunk that a socket reads to `pass` alone; what that gives to `deliver` reaches the listeners. Listeners
 * that were added before, or put themselves first later, make no difference.
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
