import type { Driver } from '../driver/driver.ts';
import type { Target } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Flushes } from '../event-loop/flush.ts';
import type { SocketSource } from './socket-source.ts';

/** The parts of a connection, and how it behaves. */
export interface ConnectionParts {
  readonly driver: Driver;
  readonly target: Target;
  readonly source: SocketSource;
  readonly settings: Settings;
  readonly flushes: Flushes;
  /**
   * What happens to a dead socket. `replace`: the second connection that found it dead takes its place. `drop`: it is
   * closed, and the driver decides what follows; used for the nodes of a cluster, whose client may go on, and restore
   * its subscriptions, on another node.
   */
  readonly onDead: 'replace' | 'drop';
}
