import type { Proof } from './verify-handshake.ts';

/** The id that a server assigned to a connection, and the run id of that server. */
export interface Identity {
  readonly clientId: string;
  /** Run id of the server process; undefined if the user has no permission for INFO. */
  readonly runId: string | undefined;
}

/** Returns the identity of a connection; undefined if the server did not report its id. */
export function identityOf({ clientId, info }: Proof): Identity | undefined {
  return clientId === undefined ? undefined : { clientId, runId: info['run_id'] };
}

/**
 * Returns false if the server that gave this proof is not the one that assigned the client id, as far as the run ids
 * are known. Another server, or the same server after a restart, may have assigned the id to a different connection.
 */
export function isKnownTo({ runId }: Identity, { info }: Proof): boolean {
  const other = info['run_id'];
  return runId === undefined || other === undefined || runId === other;
}
