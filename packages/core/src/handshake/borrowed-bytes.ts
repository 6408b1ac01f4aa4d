import net, { type NetConnectOpts, type Socket } from 'node:net';

const bufferBytes = 64 * 1024;

/**
 * All sockets that `connectReading` opens are read into this buffer. That is safe because Node calls back after each
 * read, before it reads the next socket.
 */
let shared: Buffer | undefined;

const lends = Symbol('lends');

interface LendingSocket extends Socket {
  [lends]?: boolean;
}

/**
 * Opens a socket whose bytes are read into one buffer for the whole process. Otherwise, Node would allocate 64 KiB for
 * each read, which costs more than everything else that happens to a short reply. Until {@link lendBytes} is called, the
 * socket emits `data` with chunks of their own, as any socket does.
 */
export function connectReading(options: NetConnectOpts): Socket {
  const socket: Socket = net.connect({
    ...options,
    onread: {
      buffer: (shared ??= Buffer.allocUnsafeSlow(bufferBytes)),
      callback: (length, bytes) => take(socket, (bytes as Buffer).subarray(0, length)),
    },
  });
  return socket;
}

/**
 * Makes a socket emit `data` with borrowed bytes, which are overwritten once the event has been handled. The code that
 * handles the event must call {@link keptBytes} for all bytes that are used later.
 */
export function lendBytes(socket: Socket): void {
  (socket as LendingSocket)[lends] = true;
}

/** Returns the same bytes or, if they are borrowed, a copy. */
export function keptBytes(bytes: Buffer): Buffer {
  if (bytes.buffer !== shared?.buffer) return bytes;
  // `Buffer.from` would put short bytes into a slab of 8 KiB, which a caller that keeps them would keep in memory.
  const kept = Buffer.allocUnsafeSlow(bytes.length);
  kept.set(bytes);
  return kept;
}

/** Returns whether reading goes on. */
function take(socket: LendingSocket, chunk: Buffer): boolean {
  // While the stream still contains earlier bytes, later ones have to join them there.
  const isLent = socket[lends] === true && socket.readableFlowing === true && socket.readableLength === 0;
  if (!isLent) return socket.push(keptBytes(chunk));
  socket.emit('data', chunk);
  return true;
}
