import type { CauseCode } from '../cause.ts';
import type { SubscriptionNews } from '../connection/subscriptions.ts';

/** What was found out about a cluster as a whole. */
export type TopologyNews =
  /** Somebody told who owns which slots. */
  | { readonly kind: 'slots-read' }
  /** Nobody has answered that question for a while. */
  | { readonly kind: 'reading-is-slow' }
  /** Nobody does. */
  | { readonly kind: 'unreachable'; readonly cause: CauseCode }
  /** More or fewer calls can be served than before. */
  | { readonly kind: 'parts-changed' }
  | SubscriptionNews;
