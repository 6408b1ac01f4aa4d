import type { CauseCode } from '../../cause.ts';

/** A report from a node to its cluster. */
export type NodeNews =
  /** The node's connection broke; the next attempt to connect will show why. */
  | { readonly kind: 'lost'; readonly cause: CauseCode }
  /** The node is silent or cannot be reached, so its slots may have moved. */
  | { readonly kind: 'away'; readonly cause: CauseCode }
  /** A call blocks the node's connection, and the node replies on no other connection, so its slots may have moved. */
  | { readonly kind: 'doubtful' }
  /** The node was reached, or is replying again. */
  | { readonly kind: 'found' }
  /** A call that blocks is sent to the node. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'bytes-read' }
  | { readonly kind: 'bytes-written' };

export const blocked = { kind: 'blocked' } as const;
export const silent = { kind: 'away', cause: 'stalled' } as const;
// All reports share one object, so that no object is created for each report.
export const found = { kind: 'found' } as const;
