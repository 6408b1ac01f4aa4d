import { circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel';
import CircuitBreaker from 'opossum';
import { connectIoredis, guidesOptions, IoredisPeer } from './ioredis-peer.js';
import type { Command, GuardedWrite, Peer, PeerKind } from './peer.js';

type Run = <T>(operation: () => Promise<T>) => Promise<T>;

/** A client with a circuit breaker around each of its calls, as applications typically write it. */
class PeerUnderBreaker implements Peer {
  readonly #peer: Peer;
  readonly #run: Run;

  constructor(peer: Peer, run: Run) {
    this.#peer = peer;
    this.#run = run;
  }

  call(...command: Command): Promise<unknown> {
    return this.#run(() => this.#peer.call(...command));
  }

  transaction(commands: readonly Command[]): Promise<readonly unknown[]> {
    return this.#run(() => this.#peer.transaction(commands));
  }

  pipeline(commands: readonly Command[]): Promise<readonly unknown[]> {
    return this.#run(() => this.#peer.pipeline(commands));
  }

  subscribe(channel: string, onMessage: (message: string) => void): Promise<void> {
    return this.#peer.subscribe(channel, onMessage);
  }

  watch(key: string): Promise<unknown> {
    return this.#run(() => this.#peer.watch(key));
  }

  guardedSet(key: string, value: string): Promise<GuardedWrite> {
    return this.#run(() => this.#peer.guardedSet(key, value));
  }

  setPassword(password: string): void {
    this.#peer.setPassword(password);
  }

  close(): Promise<void> {
    return this.#peer.close();
  }
}

export const ioredisUnderOpossum: PeerKind = {
  name: 'opossum',
  label: '+ opossum',
  setup:
    'ioredis with the options that guides recommend, each call under an opossum breaker: opens at 50 % failures of at least 10 calls, tries again after 1 s',
  packages: ['ioredis', 'opossum'],
  create(target) {
    const breaker = new CircuitBreaker((operation: () => Promise<unknown>) => operation(), {
      timeout: false,
      errorThresholdPercentage: 50,
      volumeThreshold: 10,
      resetTimeout: 1_000,
    });
    const peer = new IoredisPeer(connectIoredis(target, guidesOptions));
    return new PeerUnderBreaker(
      peer,
      <T>(operation: () => Promise<T>) => breaker.fire(operation) as Promise<T>,
    );
  },
};

export const ioredisUnderCockatiel: PeerKind = {
  name: 'cockatiel',
  label: '+ cockatiel',
  setup:
    'ioredis with the options that guides recommend, each call under a cockatiel breaker: opens after 5 failures in a row, tries again after 1 s',
  packages: ['ioredis', 'cockatiel'],
  create(target) {
    const policy = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) });
    const peer = new IoredisPeer(connectIoredis(target, guidesOptions));
    return new PeerUnderBreaker(peer, (operation) => policy.execute(operation));
  },
};
