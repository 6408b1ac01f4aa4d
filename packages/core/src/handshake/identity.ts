import type { Proof } from './verify-handshake.ts';

/** The id that a server gave a connection, and the run of the server that gave it. */
export interface Identity {
  readonly clientId: string;
  /** Undefined where the user may not read INFO. */
  readonly runId: string | undefined;
}

/** Undefined where the server did not give the id. */
export function identityOf({ clientId, info }: Proof): Identity | undefined {
  return clientId === undefined ? undefined : { clientId, runId: info['run_id'] };
}

/** Whether the id still names this connection: another server, or the same one after a restart, reuses ids. */
export function isKnownTo({ runId }: Identity, { info }: Proof): boolean {
  const other = info['run_id'];
  return runId === undefined || other === undefined || runId === other;
}
