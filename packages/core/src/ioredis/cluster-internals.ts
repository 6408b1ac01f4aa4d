import type { Cluster, Redis } from 'ioredis';

/** The inside of a cluster client, as far as this folder reaches. Held by the same contract test as a client's. */
export interface ClusterInternals {
  status: string;
  readonly options: Record<string, unknown>;
  setStatus(status: string): void;
  readonly slots: readonly (readonly string[] | undefined)[];
  startupNodes: StartupNode[];
  nodes(): Redis[];
  handleError(error: Error, redirections: { value?: number }, handlers: RedirectionHandlers): void;
  handleCloseEvent(): void;
  getInfoFromNode(node: Redis | undefined, callback: (error?: Error | null) => void): void;
  subscriber: { selectSubscriber(): void; getInstance(): Redis | null } | undefined;
}

export interface StartupNode {
  host?: string;
  port?: number;
}

export interface RedirectionHandlers {
  /** The error goes to whoever issued the command. */
  defaults(): void;
  maxRedirections(error: Error): void;
}

export const clusterInternals = (cluster: Cluster): ClusterInternals =>
  cluster as unknown as ClusterInternals;
