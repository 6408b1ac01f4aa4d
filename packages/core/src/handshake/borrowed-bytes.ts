import net, { type NetConnectOpts, type Socket } from 'node:net';

const bufferBytes = 64 * 1024;

/**
 * All sockets that `connectReading` opens are read into this buffer. That is safe because Node calls back after each
 * read, before it reads the next socket.
 */
let shared: Buffer | undefined;

const lends = Symbol('lends');
const gathered = Symbol('gathered');

interface LendingSocket extends Socket {
  [lends]?: boolean;
  [gathered]?: Gathered | undefined;
}

/** A reply that is read into a buffer of its own. */
interface Gathered {
  readonly bytes: Buffer;
  /** Number of bytes that have arrived. */
  length: number;
  readonly onPart: (bytes: Buffer) => void;
}

/**
 * Opens a socket whose bytes are read into one buffer for the whole process. Otherwise, Node would allocate 64 KiB for
 * each read, which costs more than everything else that happens to a short reply. Until {@link lendBytes} is called, the
 * socket emits `data` with chunks of their own, as any socket does.
 */
export function connectReading(options: NetConnectOpts): Socket {
  const bytes = (shared ??= Buffer.allocUnsafeSlow(bufferBytes));
  const opened: { socket?: LendingSocket } = {};
  const socket: Socket = net.connect({
    ...options,
    onread: {
      // Node calls this function after each read, and while it connects, which may be before `connect` returns.
      buffer: () => placeOfNext(opened.socket?.[gathered]) ?? bytes,
      callback: (length) => take(socket, bytes, length),
    },
  });
  opened.socket = socket;
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
  if (!isBorrowed(bytes)) return bytes;
  // `Buffer.from` would put short bytes into a slab of 8 KiB, which a caller that keeps them would keep in memory.
  const kept = Buffer.allocUnsafeSlow(bytes.length);
  kept.set(bytes);
  return kept;
}

/**
 * Call with the last bytes of a borrowed chunk, while the chunk is handled, if they are the beginning of a reply of
 * `total` bytes. The socket reads the rest of the reply to where it belongs, and then emits `data` once, with the whole
 * reply, which is not borrowed. Until then, `onPart` is called with the bytes of each read. Returns false, and does
 * nothing, if the bytes are not borrowed.
 */
export function gatherReply(
  socket: Socket,
  beginning: Buffer,
  total: number,
  onPart: (bytes: Buffer) => void,
): boolean {
  if (!isBorrowed(beginning)) return false;
  // Not from the pool of Node, which a caller that keeps the reply would keep in memory.
  const bytes = Buffer.allocUnsafeSlow(total);
  bytes.set(beginning);
  (socket as LendingSocket)[gathered] = { bytes, length: beginning.length, onPart };
  return true;
}

function isBorrowed(bytes: Buffer): boolean {
  return bytes.buffer === shared?.buffer;
}

/**
 * Returns where the next bytes of a reply are read to. As Node reads a socket many times in a row if each read fills the
 * buffer, a read of more bytes would hold up all else.
 */
function placeOfNext(own: Gathered | undefined): Buffer | undefined {
  return own?.bytes.subarray(own.length, own.length + bufferBytes);
}

/** Returns whether reading goes on. */
function take(socket: LendingSocket, lent: Buffer, length: number): boolean {
  const own = socket[gathered];
  if (own === undefined) return pass(socket, lent.subarray(0, length));
  const from = own.length;
  own.length += length;
  if (own.length < own.bytes.length) {
    own.onPart(own.bytes.subarray(from, own.length));
    return true;
  }
  socket[gathered] = undefined;
  return pass(socket, own.bytes);
}

function pass(socket: LendingSocket, chunk: Buffer): boolean {
  // While the stream still contains earlier bytes, later ones have to join them there.
  const isLent = socket[lends] === true && socket.readableFlowing === true && socket.readableLength === 0;
  if (!isLent) return socket.push(keptBytes(chunk));
  socket.emit('data', chunk);
  return true;
}
