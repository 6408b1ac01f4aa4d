import type { NodeEvidence } from '../../evidence/node/node.ts';
import type { TlsEvidence } from '../../evidence/node/tls.ts';
import { error, warning, type Finding } from '../../finding.ts';
import { onEachNode } from '../rule.ts';
import { strangerFinding } from './stranger.ts';
import { command } from '../command.ts';

const expiresSoonDays = 14;

/** Reports problems with the TLS handshake or the certificate. */
export const tlsRule = onEachNode((node, { wallNow }) => {
  const { tls, peer, endpoint } = node;
  const where = `${endpoint.host}:${endpoint.port}`;
  if (tls === undefined) {
    if (peer?.kind !== 'tls') return undefined;
    return error(
      'tls',
      'The server speaks TLS, but the client speaks plain text to it.',
      { said: peer.said || 'nothing' },
      'Write rediss:// instead of redis://, or set the option tls.',
    );
  }
  if (tls.code !== undefined) return handshakeFinding(tls, node);
  if (tls.distrust !== undefined) return distrustFinding(tls, tls.distrust, where, endpoint.host, wallNow);
  const { certificate } = tls;
  if (certificate !== undefined && certificate.daysLeft <= expiresSoonDays) {
    return warning(
      'tls-expiring',
      'The certificate of the server expires within days.',
      { validTo: certificate.validTo, daysLeft: certificate.daysLeft },
      'Renew the certificate.',
    );
  }
  if (peer?.ending?.kind === 'failed' && isTlsCode(peer.ending.code)) return alertFinding(peer.ending.code);
  return undefined;
});

function handshakeFinding(tls: TlsEvidence, { endpoint }: NodeEvidence): Finding {
  const { code = '' } = tls;
  const waitedMs = Math.round(tls.durationMs);
  if (tls.plainKind === 'redis') {
    return error(
      'tls',
      'The server speaks plain text, but the client speaks TLS to it.',
      { code, waitedMs },
      'Write redis:// instead of rediss://, or connect to the TLS port of the server.',
    );
  }
  const stranger = strangerFinding(tls.plainKind);
  if (stranger !== undefined) return stranger;
  if (code === 'TIMEOUT') {
    return error(
      'handshake-timeout',
      'The peer accepted the connection but does not answer the TLS handshake.',
      { waitedMs },
      'Check whether the server process hangs or was stopped.',
    );
  }
  if (isTlsCode(code)) return alertFinding(code);
  return error(
    'tls',
    'The peer closed the connection during the TLS handshake; it may not speak TLS at all.',
    { code },
    command`openssl s_client -connect ${endpoint.host}:${endpoint.port}`,
  );
}

function alertFinding(code: string): Finding {
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA/.test(code)) {
    return error(
      'tls',
      'The server refused the TLS handshake: it asks for a client certificate that it trusts.',
      { code },
      'Set the options tls.cert and tls.key, or tls-auth-clients no on the server.',
    );
  }
  if (/VERSION|PROTOCOL/.test(code)) {
    const message = 'Client and server have no TLS version in common, or the peer does not speak TLS.';
    return error('tls', message, { code }, 'Look at tls-protocols on the server.');
  }
  return error('tls', 'The TLS handshake failed.', { code }, 'Look at the log of the server.');
}

function distrustFinding(tls: TlsEvidence, code: string, where: string, host: string, now: number): Finding {
  const { certificate } = tls;
  const facts = {
    code,
    names: certificate?.names,
    issuer: certificate?.issuer,
    validFrom: certificate?.validFrom,
    validTo: certificate?.validTo,
  };
  if (tls.isLenient) {
    return warning(
      'tls-unverified',
      'The certificate of the server cannot be trusted, but the client accepts it.',
      facts,
      'Set tls.ca to the authority of the server and remove rejectUnauthorized: false.',
    );
  }
  const inspect = command`openssl s_client -connect ${where} </dev/null | openssl x509 -noout -dates -ext subjectAltName`;
  if (code === 'CERT_HAS_EXPIRED') {
    const message = 'The certificate of the server has expired.';
    return error('tls', message, { ...facts, daysLeft: certificate?.daysLeft }, inspect);
  }
  if (code === 'CERT_NOT_YET_VALID') {
    const message = 'The certificate of the server is not valid yet, or the clock of this machine is wrong.';
    return error('tls', message, { ...facts, now: new Date(now).toISOString() }, 'date -u');
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    const message = 'The certificate of the server is for other names than the one the client dials.';
    return error('tls', message, { ...facts, dialed: host }, inspect);
  }
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    const message = 'The certificate of the server is signed by itself, and the client does not trust it.';
    return error('tls', message, facts, 'Set tls.ca to that certificate.');
  }
  return error(
    'tls',
    'The certificate of the server is signed by an authority that the client does not trust.',
    { ...facts, authorities: tls.authorities },
    'Set tls.ca, or NODE_EXTRA_CA_CERTS, to the authority of the server.',
  );
}

/** Whether an error code of Node stands for a failure of TLS. */
export function isTlsCode(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO)/.test(code);
}
