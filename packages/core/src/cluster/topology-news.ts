import type { CauseCode } from '../cause.ts';
import type { SubscriptionNews } from '../connection/subscriptions.ts';

/** A report about a whole cluster, as opposed to a single node. */
export type TopologyNews =
  /** The owners of the slots were read. */
  | { readonly kind: 'slots-read' }
  /** The slots have been requested, but no node has replied for 500 ms. */
  | { readonly kind: 'reading-is-slow' }
  /** The slots could not be read from any node. */
  | { readonly kind: 'unreachable'; readonly cause: CauseCode }
  /** More or fewer calls can be served than before. */
  | { readonly kind: 'parts-changed' }
  | SubscriptionNews;
