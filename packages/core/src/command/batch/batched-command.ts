import type { DriverCommand } from '../../driver/driver-command.ts';
import type { CallFailure, ErrorContext } from '../call-errors.ts';

export type Settlement =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };

export interface BatchedCommand {
  readonly command: Pick<DriverCommand, 'name' | 'args'> &
    Partial<Pick<DriverCommand, 'getKeys' | 'inTransaction'>>;
  readonly resolve: (value: unknown) => unknown;
  readonly reject: (error: Error) => unknown;
  settlement: Settlement | undefined;
  /** Whether the command may have run in an earlier attempt of its batch. */
  mayHaveRun?: boolean;
}

/** The failure of a batch as a whole. */
export interface BatchFailure {
  readonly failure: CallFailure;
  readonly context: ErrorContext;
}
