import type { Target } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Database } from '../routes/database.ts';
import type { VerdictFacts } from './verdict.ts';

/** The parts from which a `DatabaseSwitch` is constructed. */
export interface DatabaseSwitchOptions {
  readonly settings: Settings;
  readonly databases: readonly Database[];
  readonly circuits: VerdictFacts['circuits'];
  /** Returns where, and with which login, the standby connections to a database are made. */
  readonly targetOf: (database: Database) => Target;
  /**
   * Returns the minimum interval between this process's connection attempts to a database, in milliseconds, so that the
   * server is not overloaded.
   */
  readonly periodMsOf: (database: Database) => number;
}
