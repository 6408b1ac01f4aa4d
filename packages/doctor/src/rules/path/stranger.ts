import type { PeerKind } from '../../evidence/node/peer-kind.ts';
import { error, type Finding } from '../../finding.ts';

const names: Readonly<Partial<Record<PeerKind, string>>> = {
  http: 'an HTTP server',
  ssh: 'an SSH server',
  postgres: 'a PostgreSQL server',
  mysql: 'a MySQL server',
  memcached: 'a memcached server',
  smtp: 'a mail server',
  amqp: 'a message broker that speaks AMQP',
};

/**
 * Reports that the peer is another kind of server, such as HTTP; returns undefined if `names` does not contain the
 * kind.
 */
export function strangerFinding(
  kind: PeerKind | undefined,
  facts: Finding['evidence'] = {},
): Finding | undefined {
  const name = kind === undefined ? undefined : names[kind];
  if (kind === undefined || name === undefined) return undefined;
  return error(
    'protocol',
    `What answers is not Redis but ${name}.`,
    { peer: kind, ...facts },
    'Correct host and port of the URL.',
  );
}
