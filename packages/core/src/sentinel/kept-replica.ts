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
    // On a paused socket, it would go unnoticed that the server closes the connection. No bytes are lost by reading on,
    // because the server sends nothing unprompted.
    verified.socket.resume();
  }

  /**
   * Asks the server for its role again. The connection then belongs to the caller.
   *
   * @throws an error if there is no reply. The connection is then closed
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
