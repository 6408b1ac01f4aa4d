import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Deadline } from '../../deadline.ts';

/** The addresses of a host name. */
export interface DnsEvidence {
  readonly host: string;
  /** The address family that the client requires, 4 or 6; 0 if it accepts both. */
  readonly family: number;
  /** The addresses that the client may use: only those of the required family. */
  readonly addresses: readonly string[];
  /**
   * The addresses of the other family, if the name has no address of the family that the client requires; otherwise
   * empty.
   */
  readonly otherAddresses: readonly string[];
  readonly code: string | undefined;
  readonly durationMs: number;
}

/** Resolves a name as the client's own connection would. An IP address resolves to itself. */
export async function gatherDns(host: string, family: number, deadline: Deadline): Promise<DnsEvidence> {
  const startedAt = deadline.clock.now();
  const answer = await resolve(host, family, deadline);
  const isOtherWorthAsking = answer.addresses.length === 0 && family !== 0 && answer.code !== 'TIMEOUT';
  const other = isOtherWorthAsking ? await resolve(host, 0, deadline) : undefined;
  return {
    host,
    family,
    addresses: answer.addresses,
    otherAddresses: other?.addresses ?? [],
    code: answer.code,
    durationMs: deadline.clock.now() - startedAt,
  };
}

interface Answer {
  readonly addresses: readonly string[];
  readonly code: string | undefined;
}

async function resolve(host: string, family: number, deadline: Deadline): Promise<Answer> {
  const literal = isIP(host);
  if (literal !== 0) return { addresses: [host], code: undefined };
  const asked = lookup(host, { all: true, family }).then(
    (found): Answer => ({ addresses: [...new Set(found.map(({ address }) => address))], code: undefined }),
    (error: NodeJS.ErrnoException): Answer => ({ addresses: [], code: error.code ?? 'ERROR' }),
  );
  return deadline.race(asked, { addresses: [], code: 'TIMEOUT' });
}
