import type { CauseCode } from '../cause.ts';
import { ProtocolError } from '../replies/protocol-error.ts';

const byCode: Readonly<Record<string, CauseCode>> = {
  ECONNREFUSED: 'connection-refused',
  ENOENT: 'connection-refused',
  EACCES: 'connection-refused',
  // The port is no number, such as one that Kubernetes has put into a variable: tcp://10.0.0.1:6379.
  ERR_SOCKET_BAD_PORT: 'connection-refused',
  ECONNRESET: 'connection-reset',
  ECONNABORTED: 'connection-reset',
  EPIPE: 'connection-reset',
  ETIMEDOUT: 'connect-timeout',
  EHOSTUNREACH: 'connect-timeout',
  ENETUNREACH: 'connect-timeout',
  EHOSTDOWN: 'connect-timeout',
  EADDRNOTAVAIL: 'connect-timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ENODATA: 'dns',
  // Node cannot look a name up with the given family.
  ERR_INVALID_ARG_VALUE: 'dns',
  EPROTO: 'tls',
  CERT_HAS_EXPIRED: 'tls',
  CERT_NOT_YET_VALID: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  UNABLE_TO_GET_ISSUER_CERT: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
  HOSTNAME_MISMATCH: 'tls',
};

/** Returns why a socket could not be opened or used, derived from the error of Node or of the reply reader. */
export function causeOfSocketError(error: unknown): CauseCode {
  if (error instanceof ProtocolError) return error.reason === 'tls' ? 'tls' : 'protocol';
  const code = codeOf(error);
  if (code === undefined) return 'connection-reset';
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.startsWith('ERR_OSSL')) return 'tls';
  return byCode[code] ?? 'connection-reset';
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors.at(-1));
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
