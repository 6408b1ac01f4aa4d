import type { Cluster, Redis } from 'ioredis';

/**
 * The keys that match, in batches, on every primary; as commands of this client name them: its `keyPrefix`, which ioredis
 * leaves out of patterns and leaves in answers, is added to the one and taken off the other.
 */
export async function* scanKeys(
  client: Redis | Cluster,
  match: string,
  count: number,
): AsyncGenerator<string[]> {
  const keyPrefix = client.options.keyPrefix ?? '';
  const pattern = escapeGlob(keyPrefix) + match;
  for (const node of nodesOf(client)) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', count);
      cursor = next;
      yield keys.map((key) => key.slice(keyPrefix.length));
    } while (cursor !== '0');
  }
}

/** The text as a pattern that matches it alone. */
export function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\]/g, String.raw`\$&`);
}

function nodesOf(client: Redis | Cluster): readonly Redis[] {
  return 'nodes' in client && typeof client.nodes === 'function' ? client.nodes('master') : [client as Redis];
}
