import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { SlotRange } from '../../../packages/core/src/driver/cluster-driver.ts';
import type { ClusterInternals } from '../../../packages/core/src/ioredis/cluster/cluster-internals.ts';
import { endMostNodes } from '../../../packages/core/src/ioredis/cluster/drop-nodes.ts';
import { SlotLesson } from '../../../packages/core/src/ioredis/cluster/slot-lesson.ts';

const groupsBySlot = '_groupsBySlot';
const groupsIds = '_groupsIds';

interface PoolNode {
  readonly options: { host: string; port: number; readOnly: boolean };
  disconnect(): void;
}

/** The private properties of a Cluster client that hold its slot table and its nodes. */
class Client {
  readonly clock = new ManualClock();
  readonly pool = new Map<string, PoolNode>();
  created = 0;
  dropped = 0;
  isGone = false;
  readonly target = {
    status: 'ready',
    options: {} as Record<string, unknown>,
    slots: [] as string[][],
    [groupsBySlot]: [] as (number | undefined)[],
    [groupsIds]: {} as Record<string, number>,
    natMapper: (place: object) => place,
    connectionPool: {
      getNodes: () => [...this.pool.values()],
      getInstanceByKey: (key: string) => this.pool.get(key),
      removeNode: (key: string) => this.pool.delete(key),
      findOrCreate: ({ host, port }: { host: string; port: number }, readOnly: boolean) => {
        this.created++;
        this.pool.set(`${host}:${port}`, {
          options: { host, port, readOnly },
          disconnect: () => void this.dropped++,
        });
      },
    },
  };
  readonly internals = this.target as unknown as ClusterInternals;
  readonly lesson = new SlotLesson(this.internals, this.clock);

  /**
   * Resolves with the largest number of nodes that were created or removed within a millisecond, which is one
   * or two turns of the event loop.
   */
  async learn(ranges: readonly SlotRange[]): Promise<number> {
    const state = { isDone: false };
    void this.lesson
      .learn(ranges, () => this.isGone)
      .then(() => {
        state.isDone = true;
      });
    let most = 0;
    for (let turn = 0; turn < 1_000 && !state.isDone; turn++) {
      const before = this.created + this.dropped;
      await this.clock.travelAsync(1);
      most = Math.max(most, this.created + this.dropped - before);
    }
    if (!state.isDone) throw new Error('The table was not learnt.');
    return most;
  }

  ownersOf(slot: number): readonly string[] | undefined {
    return this.target.slots[slot];
  }
}

/** Divides the slots into one range for each port, whose primary listens on that port. */
function tableOf(ports: readonly number[]): readonly SlotRange[] {
  const width = Math.floor(16_384 / ports.length);
  return ports.map((port, index) => ({
    first: index * width,
    last: index === ports.length - 1 ? 16_383 : (index + 1) * width - 1,
    nodes: [{ host: 'h', port }],
  }));
}

const thousand = Array.from({ length: 1_000 }, (_, index) => index + 1);

describe('a client that learns which nodes own the slots', () => {
  it('creates the nodes of a large table a few in a turn, and goes by its former table until all exist', async () => {
    const client = new Client();
    await client.learn(tableOf([9_000]));
    const states: unknown[] = [];
    client.target.connectionPool.findOrCreate = ((create) => (place, readOnly) => {
      states.push(client.ownersOf(0)?.[0]);
      create(place, readOnly);
    })(client.target.connectionPool.findOrCreate);
    expect(await client.learn(tableOf(thousand))).toBeLessThanOrEqual(64);
    expect([new Set(states), client.ownersOf(0), client.ownersOf(16_383)]).toEqual([
      new Set(['h:9000']),
      ['h:1'],
      ['h:1000'],
    ]);
    expect([client.pool.size, client.dropped]).toEqual([1_000, 1]);
    expect(new Set(client.target[groupsBySlot]).size).toBe(1_000);
    expect(client.target[groupsBySlot][16_383]).toBe(client.target[groupsIds]['h:1000']);
  });

  it('touches only the nodes that are new or gone, and nothing where nothing has changed', async () => {
    const client = new Client();
    await client.learn(tableOf(thousand));
    const { slots } = client.target;
    const before = [...slots];
    expect(await client.learn(tableOf(thousand))).toBe(0);
    expect(slots.every((owners, slot) => owners === before[slot])).toBe(true);
    await client.learn(tableOf(thousand.with(500, 5_000)));
    expect([client.created, client.dropped, client.pool.has('h:5000'), client.pool.has('h:501')]).toEqual([
      1_001,
      1,
      true,
      false,
    ]);
  });

  it('keeps the owners of slots that nobody is said to own, until somebody is', async () => {
    const client = new Client();
    const whole = tableOf([1, 2, 3]);
    await client.learn(whole);
    const [first, second, third] = whole as [SlotRange, SlotRange, SlotRange];
    await client.learn([first, third]);
    expect([client.dropped, client.ownersOf(second.first)]).toEqual([0, ['h:2']]);
    await client.learn([first, { ...second, nodes: [{ host: 'h', port: 4 }] }, third]);
    expect([client.dropped, client.pool.has('h:2'), client.ownersOf(second.first)]).toEqual([
      1,
      false,
      ['h:4'],
    ]);
  });

  it('corrects a primary that a redirection wrote into the table, and a node that it added or made a primary', async () => {
    const client = new Client();
    const ranges: readonly SlotRange[] = [
      { first: 0, last: 16_383, nodes: [1, 2].map((port) => ({ host: 'h', port })) },
    ];
    await client.learn(ranges);
    (client.ownersOf(7) as string[])[0] = 'h:66';
    client.target.connectionPool.findOrCreate({ host: 'h', port: 66 }, false);
    client.target.connectionPool.findOrCreate({ host: 'h', port: 2 }, false);
    await client.learn(ranges);
    expect([client.ownersOf(0), [...client.pool].map(([, { options }]) => options)]).toEqual([
      ['h:1', 'h:2'],
      [
        { host: 'h', port: 1, readOnly: false },
        { host: 'h', port: 2, readOnly: true },
      ],
    ]);
  });

  it('asks a function for the addresses every time, and fails with its error', async () => {
    const client = new Client();
    let port = 1;
    client.target.options['natMap'] = () => undefined;
    client.target.natMapper = () => ({ host: 'nat', port: port++ });
    await client.learn(tableOf([7]));
    await client.learn(tableOf([7]));
    expect([client.ownersOf(0), [...client.pool.keys()]]).toEqual([['nat:2'], ['nat:2']]);
    client.target.natMapper = () => {
      throw new Error('no map');
    };
    await expect(client.lesson.learn(tableOf([7]), () => false)).rejects.toThrow('no map');
  });

  it('goes by the addresses that a map has now, although it is told the same owners as before', async () => {
    const client = new Client();
    const natMap = { 'h:7': { host: 'nat', port: 1 } };
    client.target.options['natMap'] = natMap;
    client.target.natMapper = () => ({ ...natMap['h:7'] });
    await client.learn(tableOf([7]));
    natMap['h:7'] = { host: 'nat', port: 2 };
    await client.learn(tableOf([7]));
    expect([client.ownersOf(0), [...client.pool.keys()]]).toEqual([['nat:2'], ['nat:2']]);
  });

  it('learns no more of a table once it is closed', async () => {
    const client = new Client();
    const learning = client.learn(tableOf(thousand));
    client.isGone = true;
    await learning;
    expect([client.created, client.target.slots]).toEqual([0, []]);
  });
});

it('the nodes of a client that is closed end a few in a turn, the last ones with the client', async () => {
  const client = new Client();
  await client.learn(tableOf(thousand));
  const ended = endMostNodes(client.internals, client.clock);
  expect([client.target.status, client.dropped, client.pool.size]).toEqual(['disconnecting', 32, 32]);
  await client.clock.travelAsync(1);
  expect(client.dropped).toBeLessThanOrEqual(96);
  for (let turn = 0; turn < 100; turn++) await client.clock.travelAsync(1);
  await ended;
  expect(client.dropped).toBe(968);
});
