import type { Target, VerifiedSocket } from '../handshake/establish.ts';

/**
 * The socket of a second connection on which the server answered. The socket is kept until each silent connection is
 * known to be dead or alive. The first connection that is dead continues on this socket, if the two have the same
 * database number, client name, READONLY mode and protocol version.
 */
export class SpareSocket {
  readonly verified: VerifiedSocket;
  readonly #isResp3: boolean;
  /**
   * Whether the server accepted the commands that set up the connection. A server that is loading, for example, does
   * not.
   */
  readonly #isProven: boolean;
  #holders = 0;
  #isTaken = false;
  #isAsked = false;

  /** `target` is the target for which the socket was opened. */
  constructor(verified: VerifiedSocket, target: Target) {
    this.verified = verified;
    this.#isResp3 = target.wantsHello();
    this.#isProven = verified.proof.waiting === undefined;
  }

  /** Whether the socket has closed, so that the server's answer on it no longer proves anything. */
  get isBroken(): boolean {
    return this.verified.socket.destroyed;
  }

  /** Whether the server can be asked over this socket. */
  get isUsable(): boolean {
    return !this.isBroken && !this.#isTaken && this.#holders > 0;
  }

  /**
   * Runs `work`, which asks the server over this socket. While `work` is running, `take` does not hand the socket over.
   * If `work` fails, the socket is destroyed.
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

  /**
   * Must be called once for each call of `hold`. The last of these `release` calls destroys the socket, unless `take`
   * has handed the socket over.
   */
  release(): void {
    this.#holders--;
    if (this.#holders === 0 && !this.#isTaken) this.verified.socket.destroy();
  }

  /**
   * Hands the socket over to a dead connection with this target. Returns undefined if the socket has been handed over
   * already, is in use or is closed, or if the server did not serve commands when the socket was opened. Also returns
   * undefined if the dead connection needs another database number, client name, READONLY mode or protocol version.
   */
  take(target: Target): VerifiedSocket | undefined {
    const isFree = !this.#isTaken && !this.#isAsked && !this.isBroken;
    if (!isFree || !this.#isProven || !this.#fits(target)) return undefined;
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
