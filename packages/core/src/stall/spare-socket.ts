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

  /** Whether the server can be asked over it. */
  get isUsable(): boolean {
    return !this.isBroken && !this.#isTaken && this.#holders > 0;
  }

  /** Asks the server over it. Meanwhile nobody can take it; if that fails, it is destroyed. */
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

  /** Destroys the socket when nobody holds or has taken it any more. */
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
