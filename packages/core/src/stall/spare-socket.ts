import type { Target, VerifiedSocket } from '../handshake/establish.ts';

/**
 * A second connection on which the server answered. It is kept until every connection that asked for it has been
 * judged: the first of them that is dead and has the same session takes it.
 */
export class SpareSocket {
  readonly verified: VerifiedSocket;
  readonly #isResp3: boolean;
  #holders = 0;
  #isTaken = false;
  #isAsked = false;

  /** `target` is the one that the socket was opened for. */
  constructor(verified: VerifiedSocket, target: Target) {
    this.verified = verified;
    this.#isResp3 = target.wantsHello();
  }

  /** Whether the socket has broken, so that its answer no longer proves anything. */
  get isBroken(): boolean {
    return this.verified.socket.destroyed;
  }

  /** Whether the server can be asked over this socket. */
  get isUsable(): boolean {
    return !this.isBroken && !this.#isTaken && this.#holders > 0;
  }

  /**
   * Asks the server over this socket, which cannot be taken in the meantime. If that fails, the socket is destroyed.
   */
  async ask(work: (verified: VerifiedSocket) => Promise<void>): Promise<void> {
    this.#isAsked = true;
    try {
      await work(this.verified);
    } catch (error) {
      this.verified.socket.destroy();
      throw error;
    } finally {
      this.#isAsked = false;
    }
  }

  hold(): void {
    this.#holders++;
  }

  /** Call once for each `hold`. The last call destroys the socket, unless it was taken. */
  release(): void {
    this.#holders--;
    if (this.#holders === 0 && !this.#isTaken) this.verified.socket.destroy();
  }

  /** Returns the socket to the holder with this target; undefined if it is in use or does not fit. */
  take(target: Target): VerifiedSocket | undefined {
    if (this.#isTaken || this.#isAsked || this.isBroken || !this.#fits(target)) return undefined;
    this.#isTaken = true;
    return this.verified;
  }

  #fits(target: Target): boolean {
    const { database, clientName, readOnly } = target.session();
    const { session } = this.verified.proof;
    const isSame =
      session.database === database && session.clientName === clientName && session.readOnly === readOnly;
    return isSame && target.wantsHello() === this.#isResp3;
  }
}
