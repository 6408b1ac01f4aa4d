import { createRandom } from '@redis-resilience/testing';
import type { Closeable, Contestant } from './contestant.js';
import type { Peer, Target } from './peers/peer.js';

/** The environment of one run, in a separate process: creates the client or stack that is measured. */
export interface Stage<S extends Closeable = Peer> {
  /** Determines the times of the faults; all clients get the same seed in one repetition. */
  readonly seed: number;
  readonly random: () => number;
  readonly isQuick: boolean;
  /** Creates the client or stack, which is closed at the end of the run. */
  connect(target: Target): S;
  /** Stops this whole process with SIGSTOP for `ms` milliseconds. */
  freezeProcess(ms: number): Promise<void>;
}

/** Creates the environment of one run; its `clear` closes everything that the run has opened. */
export function createStage(
  contestant: Contestant,
  options: { readonly seed: number; readonly isQuick: boolean },
  freezeProcess: Stage['freezeProcess'],
): Stage<Closeable> & { clear(): Promise<void> } {
  const made: Closeable[] = [];
  return {
    ...options,
    random: createRandom(options.seed),
    connect(target) {
      const subject = contestant.create(target);
      made.push(subject);
      return subject;
    },
    freezeProcess,
    async clear() {
      await Promise.allSettled(made.map(async (subject) => subject.close()));
    },
  };
}

/** Returns `ms`, changed at random by up to 5 % so that no client can be tuned to one exact length. */
export function about(stage: Stage<Closeable>, ms: number): number {
  return ms * (0.95 + stage.random() / 10);
}
