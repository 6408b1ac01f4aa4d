import type { CauseCode } from '../cause.ts';
import type { SubscriptionNews } from '../connection/subscriptions.ts';

/** A finding about a cluster as a whole. */
export type TopologyNews =
  /** The owners of the slots were read. */
  | { readonly kind: 'slots-read' }
  /** No node has replied with the slots for a while. */
  | { readonly kind: 'reading-is-slow' }
  /** No node could be asked for the slots. */
  | { readonly kind: 'unreachable'; readonly cause: CauseCode }
  /** More or fewer calls can be served than before. */
  | { readonly kind: 'parts-changed' }
  | SubscriptionNews;
