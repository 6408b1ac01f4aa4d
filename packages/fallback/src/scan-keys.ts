import type { Cluster, Redis } from 'ioredis';

/**
 * The keys that match a pattern, in batches, from every primary. Pattern and keys are without the `keyPrefix` of the
 * client, as in its commands. (In SCAN, ioredis neither adds it to the
 * pattern nor removes it from the answer.)
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

/** A pattern that matches this text alone. */
export function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\]/g, String.raw`\$&`);
}

function nodesOf(client: Redis | Cluster): readonly Redis[] {
  return 'nodes' in client && typeof client.nodes === 'function' ? client.nodes('master') : [client as Redis];
}
