import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Deadline } from '../../deadline.ts';
import type { Endpoint, NameLookup } from '../../target/walk-target.ts';

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
export async function gatherDns(
  { host, family, lookup: ownLookup }: Pick<Endpoint, 'host' | 'family' | 'lookup'>,
  deadline: Deadline,
): Promise<DnsEvidence> {
  const startedAt = deadline.clock.now();
  const found = ownLookup === undefined ? host : await askOwn(ownLookup, host, deadline);
  const answer = typeof found === 'string' ? await resolve(found, family, deadline) : found;
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

/** Resolves with what the function of the application finds: an address, or another name. */
async function askOwn(ownLookup: NameLookup, host: string, deadline: Deadline): Promise<string | Answer> {
  if (isIP(host) !== 0) return host;
  const asked = new Promise<string | Answer>((done) => {
    const fail = (error: NodeJS.ErrnoException): void => done({ addresses: [], code: error.code ?? 'ERROR' });
    try {
      ownLookup(host, (error, address) => (error ? fail(error) : done(address)));
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
    }
  });
  return deadline.race(asked, { addresses: [], code: 'TIMEOUT' });
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
