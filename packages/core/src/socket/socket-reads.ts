import type { Socket } from 'node:net';
import type { Driver } from '../driver/driver.ts';
import type { Listener } from '../listener.ts';
import { deliver, type SocketReader } from './intercept-reads.ts';
import type { DeliversBytes } from './delivers-bytes.ts';
import type { Breach, ReplyGuard } from './reply-guard.ts';

/** A socket has closed. This event is reported before the driver learns that the socket has closed. */
export interface SocketClosed {
  readonly kind: 'closed';
  readonly socket: Socket;
}

/** The connection whose current socket is read. */
interface ReadingWire {
  readonly socket: Socket | undefined;
  /** Called with each chunk of the current socket, before it is checked. */
  noteRead(chunk: Buffer): void;
  /** Called when no command is unanswered any more. */
  rest(): void;
  breached(how: Breach): void;
}

/**
 * Passes the bytes that one socket reads to the driver, after the socket's guard has checked them. As long as the
 * connection uses the socket, the connection is notified of the bytes too.
 */
export class SocketReads implements SocketReader, DeliversBytes {
  readonly #socket: Socket;
  readonly #wire: ReadingWire;
  readonly #guard: ReplyGuard;
  readonly #driver: Driver;
  readonly #listener: Listener<SocketClosed> | undefined;

  constructor(
    socket: Socket,
    wire: ReadingWire,
    guard: ReplyGuard,
    driver: Driver,
    listener: Listener<SocketClosed> | undefined,
  ) {
    this.#socket = socket;
    this.#wire = wire;
    this.#guard = guard;
    this.#driver = driver;
    this.#listener = listener;
  }

  read(chunk: Buffer): void {
    const [socket, wire, guard] = [this.#socket, this.#wire, this.#guard];
    const isPresent = wire.socket === socket;
    if (isPresent) wire.noteRead(chunk);
    const wasSound = guard.breach === undefined;
    guard.pass(chunk, this, socket.listenerCount('data') > 1);
    if (this.#driver.unansweredCount() === 0) wire.rest();
    if (isPresent && wasSound && guard.breach !== undefined) wire.breached(guard.breach);
  }

  deliver(bytes: Buffer): void {
    deliver(this.#socket, bytes);
  }

  closed(): void {
    this.#listener?.onNews({ kind: 'closed', socket: this.#socket });
  }
}
