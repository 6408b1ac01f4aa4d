import type { Proof } from './verify-handshake.ts';

/** How a server knows a connection, and which run of which server that is. */
export interface Identity {
  readonly clientId: string;
  /** Undefined where the user may not ask INFO. */
  readonly runId: string | undefined;
}

/** Undefined where the server does not tell. */
export function identityOf({ clientId, info }: Proof): Identity | undefined {
  return clientId === undefined ? undefined : { clientId, runId: info['run_id'] };
}

/** Whether the number means this connection there: another server, and one that restarted, gives it to somebody else. */
export function isKnownTo({ runId }: Identity, { info }: Proof): boolean {
  const other = info['run_id'];
  return runId === undefined || other === undefined || runId === other;
}
