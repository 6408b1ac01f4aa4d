import type { Driver } from '../driver/driver.ts';
import type { Target } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Flushes } from '../event-loop/flush.ts';
import type { SocketSource } from './socket-source.ts';

/** The client of a connection. */
export interface ConnectedClient {
  /** Whether the connection is inside a MULTI of the application, of which a PING would become a part. */
  readonly isInsideMulti: boolean;
}

/** The parts from which a connection is constructed, and the settings of its behaviour. */
export interface ConnectionParts {
  readonly driver: Driver;
  readonly target: Target;
  readonly source: SocketSource;
  readonly settings: Settings;
  readonly flushes: Pick<Flushes, 'begin'>;
  /**
   * What happens when a second connection to the server has shown that the socket of the first one is dead. With
   * `replace`, the second connection takes the place of the first. With `drop`, the dead socket is closed, and the
   * driver decides what to do next. Cluster nodes use `drop`, because the cluster client may prefer to continue on
   * another node, and to restore its subscriptions there.
   */
  readonly onDead: 'replace' | 'drop';
  /** Whether `bytes-read` and `bytes-written` are reported. */
  readonly hearsBytes: boolean;
  readonly client: ConnectedClient;
}

/** The behaviour of the connection to a single server, as opposed to a node of a Cluster. */
export const singleServer = { onDead: 'replace', hearsBytes: false } as const;
