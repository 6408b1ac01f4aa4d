import type { VerifiedSocket } from '../handshake/establish.ts';
import { proveAgain } from '../handshake/prove-again.ts';
import { factCommands } from '../handshake/verify-handshake.ts';

/** A connection to a replica, kept so that the replica can be asked for its role again without another connection. */
export class KeptReplica {
  readonly #verified: VerifiedSocket;
  readonly #onClosed: () => void;

  /** `onClosed` is called if the connection closes before `ask` or `drop` is called. */
  constructor(verified: VerifiedSocket, onClosed: () => void) {
    this.#verified = verified;
    this.#onClosed = onClosed;
    verified.socket.once('close', onClosed);
    // If the socket were paused, it would go unnoticed that the server closes the connection. Bytes that arrive now are
    // discarded, but there are none, because the server sends nothing without being asked.
    verified.socket.resume();
  }

  /**
   * Asks the server for its role again. If the server replies, the connection belongs to the caller from now on.
   *
   * @throws an error if there is no reply, after closing the connection
   */
  async ask(signal: AbortSignal): Promise<VerifiedSocket> {
    const { socket, proof } = this.#verified;
    socket.removeListener('close', this.#onClosed);
    try {
      return { ...this.#verified, proof: await proveAgain(socket, proof, factCommands, signal) };
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  drop(): void {
    const { socket } = this.#verified;
    socket.removeListener('close', this.#onClosed);
    socket.destroy();
  }
}
