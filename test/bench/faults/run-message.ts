import type { Findings } from './row.js';

/** The instructions for the process of a run, which gets them as JSON in its only argument. */
export interface RunOrder {
  readonly row: string;
  readonly client: string;
  readonly seed: number;
  readonly isQuick: boolean;
}

/** What the process of a run sends to its parent process. */
export type RunMessage =
  | { readonly kind: 'freeze'; readonly ms: number }
  | { readonly kind: 'findings'; readonly findings: Findings }
  | { readonly kind: 'broken'; readonly reason: string };
