import type { Cluster, Redis } from 'ioredis';

/** The private parts of a cluster client that this folder uses. The contract test of `Internals` covers them too. */
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
  /** Rejects the command with the error. */
  defaults(): void;
  maxRedirections(error: Error): void;
}

export const clusterInternals = (cluster: Cluster): ClusterInternals =>
  cluster as unknown as ClusterInternals;
