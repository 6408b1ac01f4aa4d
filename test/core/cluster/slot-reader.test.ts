import { expect, it } from 'vitest';
import { SlotReader } from '../../../packages/core/src/cluster/slot-reader.ts';
import type { ClusterNode, ClusterNodeParts } from '../../../packages/core/src/cluster/nodes/cluster-node.ts';
import { FailoverSigns } from '../../../packages/core/src/cluster/slots/failover-signs.ts';
import type {
  ClusterDriver,
  NodeDriver,
  SlotRange,
} from '../../../packages/core/src/driver/cluster-driver.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';

const addresses = ['a:1', 'b:1', 'c:1', 'd:1'];

/** A reader that asks four nodes, each of which claims to own all slots; nodes in `forgetful` know no slots. */
function readerOf(signs: FailoverSigns, random: () => number, forgetful: ReadonlySet<string> = new Set()) {
  const drivers = addresses.map((address) => ({ address }) as unknown as NodeDriver);
  const cluster = { nodes: () => drivers, isReady: false, slotsTimeoutMs: 1_000 } as unknown as ClusterDriver;
  const settings = resolveSettings({ clock: new BackgroundClock({ nowMs: 1_000 }), random });
  const nodeOf = ({ address }: NodeDriver): ClusterNode => {
    const [host = '', port] = address.split(':');
    const range: SlotRange = { first: 0, last: 16_383, nodes: [{ host, port: Number(port) }] };
    return {
      answersAtOnce: true,
      slots: () => Promise.resolve(forgetful.has(address) ? [] : [range]),
    } as unknown as ClusterNode;
  };
  const reader = new SlotReader(
    cluster,
    { settings } as unknown as ClusterNodeParts,
    { of: nodeOf },
    signs,
    () => {},
  );
  return async (): Promise<string | undefined> => (await reader.read())[0]?.nodes[0]?.host;
}

function state(failedSlots: number) {
  return { isUp: true, epoch: 1, failedSlots };
}

it('the slots are read from a node that knows of the failover, whatever its place in the order', async () => {
  const signs = new FailoverSigns();
  for (const address of ['a:1', 'b:1', 'c:1']) signs.note(address, state(5_461));
  let seed = 0;
  const read = readerOf(signs, () => (seed = (seed * 7 + 3) % 11) / 11);
  const before = new Set<string | undefined>();
  for (let round = 0; round < 20; round++) before.add(await read());
  expect(before.size).toBeGreaterThan(1);
  signs.note('c:1', state(0));
  const after = new Set<string | undefined>();
  for (let round = 0; round < 20; round++) after.add(await read());
  expect([...after]).toEqual(['c']);
});

it('a node that knows no slots is passed over, and slots that no node knows are not read', async () => {
  let seed = 0;
  const random = (): number => (seed = (seed * 7 + 3) % 11) / 11;
  const read = readerOf(new FailoverSigns(), random, new Set(['a:1', 'c:1', 'd:1']));
  for (let round = 0; round < 20; round++) expect(await read()).toBe('b');
  const readNone = readerOf(new FailoverSigns(), random, new Set(addresses));
  await expect(readNone()).rejects.toMatchObject({ reason: 'cluster-down' });
});
