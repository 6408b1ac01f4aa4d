import type { Cluster, Redis } from 'ioredis';

/**
 * Yields the keys that match a pattern, in batches, from every primary. The client's `keyPrefix` is added to the
 * pattern and removed from the keys, because ioredis does neither for SCAN.
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

/** Returns a glob pattern that matches exactly this text. */
export function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\]/g, String.raw`\$&`);
}

function nodesOf(client: Redis | Cluster): readonly Redis[] {
  return 'nodes' in client && typeof client.nodes === 'function' ? client.nodes('master') : [client as Redis];
}
