import type { CauseCode } from '../cause.ts';
import type { Clock, Random } from '../clock.ts';
import { EstablishError } from '../handshake/establish.ts';

interface Loss {
  readonly until: number;
  readonly error: unknown;
}

// Addresses come and go where nodes are replaced; of those that never came back the oldest are forgotten.
const maxLosses = 64;

/**
 * Nodes that cannot be reached, by address (`host:port`). The driver asks for a new connection for each command that is
 * redirected to a dead node: all but one in a period are told at once what the last attempt met.
 */
export class LostNodes {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #periodMs: number;
  readonly #losses = new Map<string, Loss>();
  #partlyAwayBy: CauseCode | undefined;

  constructor(clock: Clock, random: Random, periodMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.#periodMs = periodMs;
  }

  /** Why some of the slots have no owner that can be reached; as of the last `judge`. */
  get partlyAwayBy(): CauseCode | undefined {
    return this.#partlyAwayBy;
  }

  /** @throws what the last attempt met, until it is time for the next one */
  checkTurn(address: string): void {
    const loss = this.#losses.get(address);
    if (loss !== undefined && this.#clock.now() < loss.until) throw loss.error;
  }

  lost(address: string, error: unknown): void {
    const until = this.#clock.now() + this.#periodMs * (0.9 + 0.2 * this.#random());
    this.#losses.delete(address);
    this.#losses.set(address, { until, error });
    if (this.#losses.size > maxLosses) this.#losses.delete(this.#losses.keys().next().value as string);
  }

  found(address: string): void {
    this.#losses.delete(address);
  }

  has(address: string): boolean {
    return this.#losses.has(address);
  }

  /** Looks whether nodes that own slots are lost. Returns whether that changed. */
  judge(owners: ReadonlySet<string>): boolean {
    const before = this.#partlyAwayBy;
    const loss = [...this.#losses].find(([address]) => owners.has(address));
    this.#partlyAwayBy = loss && causeOf(loss[1].error);
    return this.#partlyAwayBy !== before;
  }
}

function causeOf(error: unknown): CauseCode {
  return error instanceof EstablishError ? error.reason : 'connect-timeout';
}
