import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import { debug } from '../observability/debug.ts';
import type { Driver } from '../driver/driver.ts';
import type { TrackedCall } from '../driver/tracked-call.ts';
import { establish, type Target, type VerifiedSocket } from '../handshake/establish.ts';
import type { Reply } from '../replies/reply.ts';
import { request } from '../replies/request.ts';
import type { Wire } from '../socket/wire.ts';
import { isKnownTo, type Identity } from '../handshake/identity.ts';

const timeoutMs = 1000;
const graceMs = 200;

/**
 * Looks whether a connection still lives on which a command waits for ever: no answer is ever due there, and a PING
 * would wait behind it. A second connection asks the server to release the call (CLIENT UNBLOCK). A living connection
 * hears of it, and the call is made again unseen. A dead one does not: a call that was released provably took nothing,
 * and is made again on the next connection; one that the server does not know any more was answered into the dead
 * socket, and its outcome is unknown.
 */
export class BlockingCheck {
  readonly #driver: Driver;
  readonly #wire: Wire;
  readonly #target: Target;
  readonly #clock: Clock;
  #running: AbortController | undefined;

  constructor(driver: Driver, wire: Wire, target: Target, clock: Clock) {
    this.#driver = driver;
    this.#wire = wire;
    this.#target = target;
    this.#clock = clock;
  }

  /** Resolves with a verified socket when the connection is dead; with undefined when it lives, or nobody can tell. */
  async run(): Promise<VerifiedSocket | undefined> {
    const call = this.#driver.oldestUnanswered()?.call;
    const { identity } = this.#wire;
    if (this.#running !== undefined || identity === undefined || call === undefined || !canBeRepeated(call))
      return undefined;
    const deadline = new AbortController();
    this.#running = deadline;
    const timer = this.#clock.setTimeout(() => deadline.abort(new Error('No answer in time.')), timeoutMs);
    let verified: VerifiedSocket | undefined;
    try {
      verified = await establish(this.#target, this.#clock, deadline.signal);
      const isDead = await this.#unblock(call, identity, verified, deadline.signal);
      if (isDead && !verified.socket.destroyed) return verified;
    } catch {
      // Whether the server is away, the connection's own keepalive will tell.
    } finally {
      this.#clock.clearTimeout(timer);
      this.#running = undefined;
    }
    verified?.socket.destroy();
    return undefined;
  }

  /** The connection is gone. */
  stop(): void {
    this.#running?.abort(new Error('The check was stopped.'));
  }

  async #unblock(
    call: TrackedCall,
    identity: Identity,
    { socket, proof }: VerifiedSocket,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#wire.identity !== identity || !isKnownTo(identity, proof)) return false;
    call.released = true;
    const askedAt = this.#clock.now();
    let reply: Reply | undefined;
    try {
      [reply] = await request(socket, [['CLIENT', 'UNBLOCK', identity.clientId, 'TIMEOUT']], signal);
    } finally {
      // Only a released call provably took nothing.
      if (reply !== 1) call.released = false;
    }
    // 0: it does not block there. Its answer is on its way, or was lost with the connection: then nobody can tell.
    if (reply !== 1 && reply !== 0) return false;
    await pause(this.#clock, graceMs, signal);
    const isUnanswered = this.#driver.oldestUnanswered()?.call === call && (call.released || reply === 0);
    const isDead = isUnanswered && this.#wire.readAt < askedAt && this.#wire.identity === identity;
    if (isDead) debug('the socket of a blocked %s is dead, another one takes its place', call.name);
    return isDead;
  }
}

// WAIT counts replicas; released, it would answer a number.
function canBeRepeated(call: TrackedCall): boolean {
  return call.blockingMs === Infinity && !call.name.startsWith('wait');
}
