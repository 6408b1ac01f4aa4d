import type { Proof } from './verify-handshake.ts';

/** The id that a server assigned to a connection, and the run id of that server. */
export interface Identity {
  readonly clientId: string;
  /** Run id of the server process; undefined if the user has no permission for INFO. */
  readonly runId: string | undefined;
}

/** Returns the identity of a connection; undefined if the server did not report the client id of the connection. */
export function identityOf({ clientId, info }: Proof): Identity | undefined {
  return clientId === undefined ? undefined : { clientId, runId: info['run_id'] };
}

/**
 * Returns whether the server of this {@link Proof} may be the one that assigned the client id: false if the run ids of
 * the two differ. Another server, or the same server after a restart, may have assigned the same client id to a
 * different connection.
 */
export function isKnownTo({ runId }: Identity, { info }: Proof): boolean {
  const other = info['run_id'];
  return runId === undefined || other === undefined || runId === other;
}
