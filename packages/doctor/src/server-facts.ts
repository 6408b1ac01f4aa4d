import { productOf } from '@redis-resilience/core/kit';
import type { Evidence } from './evidence/evidence.ts';
import type { NodeEvidence } from './evidence/node/node.ts';

/**
 * What the doctor shows about one server. A property is missing if the user of the connection may not query its value.
 */
export interface ServerFacts {
  readonly address: string;
  /** Product and version, such as `Redis 7.4.1` or `Valkey 8.0.2`. */
  readonly version?: string;
  readonly role?: 'primary' | 'replica' | 'sentinel';
  /** Round trip in milliseconds: the median of several PINGs. A diagnosis of depth `short` measures no round trips. */
  readonly roundTripMs?: number;
  readonly usedMemoryBytes?: number;
  /** The setting `maxmemory`; 0 means that there is no limit. */
  readonly maxMemoryBytes?: number;
}

/** Returns the facts about each server that answered, in the order in which a client meets the servers. */
export function serverFactsOf({ nodes }: Evidence): readonly ServerFacts[] {
  return nodes.filter(({ server }) => server !== undefined).map(factsOf);
}

const roles: Readonly<Record<string, ServerFacts['role']>> = {
  master: 'primary',
  slave: 'replica',
  sentinel: 'sentinel',
};

function factsOf({ label, server, roundTrip }: NodeEvidence): ServerFacts {
  const info = server?.info ?? {};
  const version = productOf(info);
  const role = roles[server?.role ?? info['role'] ?? ''];
  const used = numberIn(info['used_memory']);
  const limit = numberIn(info['maxmemory']);
  return {
    address: label,
    ...(version === undefined ? {} : { version }),
    ...(role === undefined ? {} : { role }),
    ...(roundTrip === undefined || roundTrip.samples === 0 ? {} : { roundTripMs: roundTrip.medianMs }),
    ...(used === undefined ? {} : { usedMemoryBytes: used }),
    ...(limit === undefined ? {} : { maxMemoryBytes: limit }),
  };
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}
