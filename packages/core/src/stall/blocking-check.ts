import type { Clock } from '../clock.ts';
import type { TrackedCall } from '../driver/tracked-call.ts';
import { debug } from '../debug.ts';
import type { Driver } from '../driver/driver.ts';
import { establish, type Established, type Target } from '../handshake/establish.ts';
import { isKnownTo, type Identity } from './identity.ts';
import { request } from '../replies/request.ts';
import type { Wire } from '../socket/wire.ts';

export interface BlockingCheckListener {
  /** The server let the call go, and this connection did not hear of it. */
  onDead(replacement: Established): void;
}

const timeoutMs = 1000;
const graceMs = 200;

/**
 * Looks whether a connection still lives on which a command waits for ever: nothing is ever due there, and a PING would
 * wait behind it. A second connection asks the server to let the call go (CLIENT UNBLOCK). A living connection hears of
 * it, and the call is made again unseen; a dead one does not, and the call, which provably took nothing, is made again
 * on the connection that takes its place.
 */
export class BlockingCheck {
  readonly #driver: Driver;
  readonly #wire: Wire;
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #listener: BlockingCheckListener;
  #isRunning = false;

  constructor(driver: Driver, wire: Wire, target: Target, clock: Clock, listener: BlockingCheckListener) {
    this.#driver = driver;
    this.#wire = wire;
    this.#target = target;
    this.#clock = clock;
    this.#listener = listener;
  }

  async run(): Promise<void> {
    const call = this.#driver.oldestUnanswered()?.call;
    const { identity } = this.#wire;
    if (this.#isRunning || identity === undefined || call === undefined || !canBeRepeated(call)) return;
    this.#isRunning = true;
    const deadline = new AbortController();
    const timer = this.#clock.setTimeout(() => deadline.abort(new Error('No answer in time.')), timeoutMs);
    let established: Established | undefined;
    try {
      established = await establish(this.#target, this.#clock, deadline.signal);
      await this.#unblock(call, identity, established, deadline.signal);
    } catch {
      // Whether the server is away, the connection's own keepalive will tell.
      established?.socket.destroy();
    } finally {
      this.#clock.clearTimeout(timer);
      this.#isRunning = false;
    }
  }

  async #unblock(
    call: TrackedCall,
    identity: Identity,
    established: Established,
    signal: AbortSignal,
  ): Promise<void> {
    const { socket } = established;
    if (this.#wire.identity !== identity || !isKnownTo(identity, established.proof)) {
      socket.destroy();
      return;
    }
    call.released = true;
    const askedAt = this.#clock.now();
    const [reply] = await request(socket, [['CLIENT', 'UNBLOCK', identity.clientId, 'TIMEOUT']], signal);
    const wasBlocked = reply === 1;
    if (!wasBlocked) call.released = false;
    if (wasBlocked) await pause(this.#clock, graceMs);
    const isDead =
      wasBlocked && call.released && this.#wire.readAt < askedAt && this.#wire.identity === identity;
    if (isDead && !socket.destroyed) {
      debug('the socket of a blocked %s is dead, another one takes its place', call.name);
      this.#listener.onDead(established);
    } else socket.destroy();
  }
}

// WAIT counts replicas; let go, it would answer a number.
function canBeRepeated(call: TrackedCall): boolean {
  return call.blockingMs === Infinity && !call.name.startsWith('wait');
}

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, delayMs);
  });
}
