import { createRandom } from '@redis-resilience/testing';
import type { Closeable, Contestant } from './contestant.js';
import type { Peer, Target } from './peers/peer.js';

/** What a row is played on: one client or stack, in a process of its own. */
export interface Stage<S extends Closeable = Peer> {
  /** Decides the moments of the faults; the same for everybody in a repetition. */
  readonly seed: number;
  readonly random: () => number;
  readonly isQuick: boolean;
  /** Makes the client or stack; it is closed when the row is over. */
  connect(target: Target): S;
  /** Has this whole process stopped (SIGSTOP) for so long. */
  freezeProcess(ms: number): Promise<void>;
}

/** The stage of one run, and how it is cleared. */
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

/** A length that differs by up to a tenth from run to run, so that nothing can be tuned to it. */
export function about(stage: Stage<Closeable>, ms: number): number {
  return ms * (0.95 + stage.random() / 10);
}
