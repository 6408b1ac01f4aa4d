import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';
import { debug } from '../observability/debug.ts';
import type { Driver } from '../driver/driver.ts';
import type { TrackedCall } from '../driver/tracked-call.ts';
import type { Target, VerifiedSocket } from '../handshake/establish.ts';
import { request } from '../replies/request.ts';
import { canBeReleased, unblocking } from '../socket/release-requests.ts';
import type { Wire } from '../socket/wire.ts';
import { isKnownTo, type Identity } from '../handshake/identity.ts';
import { SideConnection } from './side-connection.ts';

const graceMs = 200;

/**
 * A problem that a check has found. `dead`: the connection is dead, and `replacement` can take its place. `doubtful`:
 * the server could not be asked over a second connection.
 */
export type BlockingFinding =
  { readonly kind: 'dead'; readonly replacement: VerifiedSocket } | { readonly kind: 'doubtful' };

/**
 * Checks a connection on which a command blocks without a timeout. No reply is ever due on such a connection, and a
 * PING would wait behind the command. A second connection asks the server to release the call (CLIENT UNBLOCK). If the
 * first connection works, the reply to the released call arrives on it, and the call is resent without its caller
 * noticing. If the server released the call but the first connection is dead, the call has certainly taken no element,
 * so it is resent on the next connection. If the server reports that the call was no longer blocked, the reply to the
 * call was lost with the dead socket, and the outcome of the call is unknown.
 */
export class BlockingCheck {
  readonly #driver: Driver;
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #side: SideConnection;

  constructor(driver: Driver, wire: Wire, target: Target, clock: Clock) {
    this.#driver = driver;
    this.#wire = wire;
    this.#clock = clock;
    this.#side = new SideConnection(target, clock);
  }

  /**
   * Resolves with undefined if the connection works, if there is no call to check, if the second connection led to
   * another server, or if the check was stopped.
   */
  async run(): Promise<BlockingFinding | undefined> {
    const call = this.#driver.oldestUnanswered()?.call;
    const { identity } = this.#wire;
    if (this.#side.isInUse || identity === undefined || call === undefined || !canBeRepeated(call))
      return undefined;
    try {
      return await this.#side.use(async (verified, signal) => {
        const isDead = await this.#unblock(call, identity, verified, signal);
        if (isDead && !verified.socket.destroyed) return { kind: 'dead', replacement: verified };
        verified.socket.destroy();
        return undefined;
      });
    } catch {
      // The connection is not closed on a mere suspicion: if it is dead, TCP keepalive detects that, unless another
      // server takes over first.
      return { kind: 'doubtful' };
    }
  }

  /** Aborts a check in progress, because the connection is gone. */
  stop(): void {
    this.#side.stop();
  }

  async #unblock(
    call: TrackedCall,
    identity: Identity,
    { socket, proof }: VerifiedSocket,
    signal: CancelSignal,
  ): Promise<boolean> {
    if (this.#wire.identity !== identity || !isKnownTo(identity, proof)) return false;
    const askedAt = this.#clock.now();
    const replies = request(socket, [unblocking(identity.clientId)], signal);
    await this.#wire.releases.ask(
      call,
      replies.then(([reply]) => reply),
    );
    const [reply] = await replies;
    // If the reply is 0, the call no longer blocks: the reply to the call is on its way, or was lost with the
    // connection.
    await pause(this.#clock, graceMs, signal);
    const isUnanswered = this.#driver.oldestUnanswered()?.call === call && (call.released || reply === 0);
    const isDead = isUnanswered && this.#wire.readAt < askedAt && this.#wire.identity === identity;
    if (isDead) debug('the socket of a blocked %s is dead, another one takes its place', call.name);
    return isDead;
  }
}

function canBeRepeated(call: TrackedCall): boolean {
  return call.blockingMs === Infinity && canBeReleased(call);
}
