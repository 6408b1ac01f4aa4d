import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { rootCertificates, type ConnectionOptions, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Deadline } from '../../deadline.ts';
import { startTls } from '../../wire/dial.ts';
import type { PeerKind } from './peer-kind.ts';

/** The result of the TLS handshake and of the check of the certificate. */
export interface TlsEvidence {
  /** Node's error code, if the handshake failed. */
  readonly code: string | undefined;
  /** Why the certificate cannot be trusted; undefined for a trusted certificate. */
  readonly distrust: string | undefined;
  /**
   * Whether the client accepts every certificate, because of `rejectUnauthorized: false` or
   * NODE_TLS_REJECT_UNAUTHORIZED=0.
   */
  readonly isLenient: boolean;
  readonly protocol: string | undefined;
  readonly certificate: CertificateEvidence | undefined;
  /** The kind of server that replied to a plain-text PING, which is sent only after the handshake has failed. */
  plainKind: PeerKind | undefined;
  /**
   * `given`: authorities were added with `tls.ca` or NODE_EXTRA_CA_CERTS. `system`: only the authorities that are
   * included in Node are trusted.
   */
  readonly authorities: 'given' | 'system';
  readonly durationMs: number;
}

export interface CertificateEvidence {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly daysLeft: number;
}

const dayMs = 86_400_000;

/**
 * Performs the TLS handshake and checks the certificate. Returns the socket only if the client would accept the
 * certificate, so that credentials may be sent.
 */
export async function gatherTls(
  raw: Socket,
  host: string,
  options: ConnectionOptions,
  deadline: Deadline,
): Promise<{ readonly evidence: TlsEvidence; readonly socket: TLSSocket | undefined }> {
  const bound = deadline.within(Math.max(300, deadline.leftMs * 0.4));
  const { socket, code, durationMs } = await startTls(raw, host, options, bound);
  bound.release();
  const isLenient =
    options.rejectUnauthorized === false || process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0';
  const distrust = socket === undefined || socket.authorized ? undefined : codeOf(socket.authorizationError);
  const evidence: TlsEvidence = {
    code,
    distrust,
    isLenient,
    protocol: socket?.getProtocol() ?? undefined,
    certificate: socket === undefined ? undefined : certificateOf(socket, deadline.clock.wallNow()),
    plainKind: undefined,
    authorities: options.ca === undefined && !hasExtraAuthorities() ? 'system' : 'given',
    durationMs,
  };
  if (distrust === undefined || isLenient) return { evidence, socket };
  socket?.destroy();
  return { evidence, socket: undefined };
}

function codeOf(error: unknown): string {
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.message;
  return String(error);
}

function certificateOf(socket: TLSSocket, now: number): CertificateEvidence | undefined {
  const certificate = socket.getPeerCertificate() as Partial<PeerCertificate>;
  if (certificate.valid_to === undefined) return undefined;
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    names: certificate.subjectaltname ?? '',
    validFrom: certificate.valid_from ?? '',
    validTo: certificate.valid_to,
    daysLeft: Math.floor((Date.parse(certificate.valid_to) - now) / dayMs),
  };
}

function nameOf(name: PeerCertificate['subject'] | undefined): string {
  return String(name?.CN ?? name?.O ?? '');
}

function hasExtraAuthorities(): boolean {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (file === undefined || file === '' || rootCertificates.length === 0) return false;
  try {
    return readFileSync(file).length > 0;
  } catch {
    return false;
  }
}
