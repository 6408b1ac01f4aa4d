import type { Target } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Database } from '../routes/database.ts';
import type { VerdictFacts } from './verdict.ts';

/** The parts of a switch between databases. */
export interface DatabaseSwitchOptions {
  readonly settings: Settings;
  readonly databases: readonly Database[];
  readonly circuits: VerdictFacts['circuits'];
  /** Where the standby connections lead. */
  readonly targetOf: (database: Database) => Target;
  /** Between two attempts to connect to it: what its server can bear from this process. */
  readonly periodMsOf: (database: Database) => number;
}
