import type { Cluster } from 'ioredis';
import type { Engine } from './engine.ts';
import { ConfigurationError } from './errors.ts';
import type { Members } from './members.ts';

/** Protects a cluster client and each of its nodes. */
export function attachCluster(_client: Cluster, _engine: Engine, _isLazy: boolean): Members {
  throw new ConfigurationError('not yet');
}
