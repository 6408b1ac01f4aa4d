import { createRandom } from '@redis-resilience/testing';
import type { Peer, PeerKind, Target } from './peers/peer.js';

/** What a row is played on: one peer, in a process of its own. */
export interface Stage {
  readonly kind: PeerKind;
  /** Decides the moments of the faults; the same for every peer of a repetition. */
  readonly seed: number;
  readonly random: () => number;
  readonly isQuick: boolean;
  /** Makes a client; it is closed when the row is over. */
  connect(target: Target): Peer;
  /** Has this whole process stopped (SIGSTOP) for so long. */
  freezeProcess(ms: number): Promise<void>;
}

/** The stage of one run, and how it is cleared. */
export function createStage(
  kind: PeerKind,
  options: { readonly seed: number; readonly isQuick: boolean },
  freezeProcess: Stage['freezeProcess'],
): Stage & { clear(): Promise<void> } {
  const peers: Peer[] = [];
  return {
    kind,
    ...options,
    random: createRandom(options.seed),
    connect(target) {
      const peer = kind.create(target);
      peers.push(peer);
      return peer;
    },
    freezeProcess,
    async clear() {
      await Promise.allSettled(peers.map(async (peer) => peer.close()));
    },
  };
}

/** A length that differs by up to a tenth from run to run, so that nothing can be tuned to it. */
export function about(stage: Stage, ms: number): number {
  return ms * (0.95 + stage.random() / 10);
}
