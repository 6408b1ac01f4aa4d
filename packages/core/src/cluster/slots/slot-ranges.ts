import type { SlotRange } from '../../driver/cluster-driver.ts';
import { slotCount } from '../../keys/key-slot.ts';
import { ProtocolError } from '../../replies/protocol-error.ts';

/** Maximum number of nodes to accept for one range of slots: far more than can serve a single slot in a Cluster. */
const maxNodesPerRange = 1_000;

/**
 * Maximum number of slots in all ranges together. A server lists each slot once, but a proxy that lists some slots
 * repeatedly is tolerated.
 */
const maxListedSlots = 4 * slotCount;

/**
 * Reads the reply to CLUSTER SLOTS. A node that is listed without a host has the same host as the node that replied.
 *
 * @throws ProtocolError for any other reply, such as a range beyond the last slot
 */
export function slotRangesOf(reply: unknown, askedHost: string): readonly SlotRange[] {
  if (!Array.isArray(reply) || reply.length > slotCount) throw malformed();
  let listed = 0;
  return reply.map((entry: unknown) => {
    const range = rangeOf(entry, askedHost);
    listed += range.last - range.first + 1;
    if (listed > maxListedSlots) throw malformed();
    return range;
  });
}

function rangeOf(entry: unknown, askedHost: string): SlotRange {
  if (!Array.isArray(entry) || entry.length > maxNodesPerRange) throw malformed();
  const [from, to, ...nodes] = entry as readonly unknown[];
  const first = slotNumber(from);
  const last = slotNumber(to);
  if (last < first) throw malformed();
  return { first, last, nodes: nodes.map((node) => addressOf(node, askedHost)) };
}

function slotNumber(value: unknown): number {
  // Strings are accepted, because ioredis can be configured to return numbers as strings.
  const slot = typeof value === 'string' ? Number(value) : value;
  if (typeof slot !== 'number' || !Number.isInteger(slot) || slot < 0 || slot >= slotCount) throw malformed();
  return slot;
}

function addressOf(node: unknown, askedHost: string): SlotRange['nodes'][number] {
  if (!Array.isArray(node)) throw malformed();
  const [name, number] = node as readonly unknown[];
  const host = name === null || name === '' ? askedHost : name;
  const port = Number(number);
  if (typeof host !== 'string' || !Number.isInteger(port) || port < 1 || port > 65_535) throw malformed();
  return { host, port };
}

function malformed(): ProtocolError {
  return new ProtocolError('malformed');
}
