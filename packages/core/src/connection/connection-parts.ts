import type { Driver } from '../driver/driver.ts';
import type { Target } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Flushes } from '../event-loop/flush.ts';
import type { SocketSource } from './socket-source.ts';

/** What a connection is made of, and how it behaves. */
export interface ConnectionParts {
  readonly driver: Driver;
  readonly target: Target;
  readonly source: SocketSource;
  readonly settings: Settings;
  readonly flushes: Flushes;
  /**
   * What becomes of a dead socket: a second connection takes its place, or it is dropped and the driver decides. A
   * cluster's node is dropped; its client then also restores the subscriptions, on whichever node it finds.
   */
  readonly onDead: 'replace' | 'drop';
}
