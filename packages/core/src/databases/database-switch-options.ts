import type { Target } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Database } from '../routes/database.ts';
import type { VerdictFacts } from './verdict.ts';

/** The parts of a switch between databases. */
export interface DatabaseSwitchOptions {
  readonly settings: Settings;
  readonly databases: readonly Database[];
  readonly circuits: VerdictFacts['circuits'];
  /** Returns the target of a database's standby connections. */
  readonly targetOf: (database: Database) => Target;
  /** Returns the minimum interval between connection attempts that a database's server can bear from this process. */
  readonly periodMsOf: (database: Database) => number;
}
