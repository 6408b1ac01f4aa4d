import type { ClusterDriver } from '../../driver/cluster-driver.ts';
import { keySlot } from '../../keys/key-slot.ts';

/**
 * Maximum number of hash tags to try until one is found whose slot the node serves: several times the number of slots.
 */
const maxTags = 100_000;

/**
 * Sends an internal command to the node at this address. The first argument, if any, is a key. Adds a hash tag to the
 * key, so that the key belongs to a slot that this node serves.
 */
export async function askNode(
  cluster: ClusterDriver,
  address: string,
  command: string,
  args: readonly string[],
): Promise<unknown> {
  const node = cluster.nodes().find((each) => each.address === address);
  if (node === undefined) throw new Error('There is no connection to the node.');
  const [key, ...rest] = args;
  return node.ask(command, key === undefined ? [] : [keyAt(cluster, address, key), ...rest]);
}

function keyAt(cluster: ClusterDriver, address: string, key: string): string {
  for (let tag = 0; tag < maxTags; tag++) {
    const tagged = `${key}{${tag}}`;
    if (cluster.addressesOf(keySlot(tagged))[0] === address) return tagged;
  }
  return key;
}
