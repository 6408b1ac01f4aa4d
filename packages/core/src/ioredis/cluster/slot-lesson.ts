import type { Clock } from '../../clock.ts';
import type { SlotRange } from '../../driver/cluster-driver.ts';
import type { ClusterInternals, SlotOwners } from './cluster-internals.ts';
import { dropNodes } from './drop-nodes.ts';
import { inTurns, nextTurn, nodesPerTurn } from './in-turns.ts';

/**
 * What a cluster client is told about the slots: the nodes of each range, with the addresses at which the client
 * reaches them.
 */
interface Lesson {
  readonly ranges: readonly SlotRange[];
  readonly owners: readonly (readonly string[])[];
  readonly places: ReadonlyMap<string, Place>;
}

interface Place {
  readonly node: Address;
  readonly isReplica: boolean;
}

type Address = SlotRange['nodes'][number];

/**
 * The slots that the client was last given, and the lists of addresses that were written to its table. The client
 * changes the lists in the table when it follows redirections.
 */
interface Learnt extends Lesson {
  readonly lists: readonly (readonly string[])[];
}

/** The private properties of a client for the group of nodes of each slot. */
const groupsBySlot = '_groupsBySlot';
const groupsIds = '_groupsIds';

/**
 * A reply with this many ranges takes milliseconds to parse, so its processing begins in the next turn of the event
 * loop.
 */
const manyRanges = 256;

/**
 * Tells a cluster client which node owns which slots. A large table is applied over several turns of the event loop:
 * first its new nodes are created, then all slots change at once, and then the nodes without slots are dropped.
 */
export class SlotLesson {
  readonly #target: ClusterInternals;
  readonly #clock: Clock;
  #learnt: Learnt | undefined;

  constructor(target: ClusterInternals, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
  }

  /** Resolves when the client uses these ranges, or once `isGone` returns true. */
  async learn(ranges: readonly SlotRange[], isGone: () => boolean): Promise<void> {
    const isLarge = ranges.length >= manyRanges;
    if (isLarge) await nextTurn(this.#clock);
    const lesson = this.#isSame(ranges) ? (this.#learnt as Learnt) : this.#lessonOf(ranges);
    if (!(await inTurns(this.#createNodes(lesson), this.#clock, isGone))) return;
    if (lesson !== this.#learnt || !this.#isTable(this.#learnt)) {
      if (isLarge) await nextTurn(this.#clock);
      this.#write(lesson);
      if (isLarge) await nextTurn(this.#clock);
    }
    const unlisted = this.#target.connectionPool
      .getNodes()
      .filter(({ options }) => !lesson.places.has(addressOf(options as Address)));
    const owners = unlisted.length === 0 ? new Set() : addressesIn(this.#target.slots);
    // A reply may lack slots, for example if the node that replied has forgotten their owner. The client then keeps the
    // owner that it knows, and the connection to that owner, on which a call may be blocked.
    const gone = unlisted.filter(({ options }) => !owners.has(addressOf(options as Address)));
    if (!(await inTurns(dropNodes(this.#target, gone), this.#clock, isGone))) return;
    const { shardedSubscribers, slots } = this.#target;
    shardedSubscribers?.reset?.(slots, this.#target.connectionPool.getNodes()).catch(ignore);
  }

  #isSame(ranges: readonly SlotRange[]): boolean {
    const known = this.#learnt?.ranges;
    // With a `natMap`, the ranges never count as unchanged: a function may map the same addresses differently each time,
    // and the application may have changed an object.
    if (known === undefined || this.#target.options['natMap']) return false;
    return ranges.length === known.length && ranges.every((range, index) => isSameRange(range, known[index]));
  }

  /** A node that is the primary of one range and a replica in another counts as a primary. */
  #lessonOf(ranges: readonly SlotRange[]): Lesson {
    const places = new Map<string, Place>();
    const isMapped = Boolean(this.#target.options['natMap']);
    const owners = ranges.map(({ nodes }) =>
      nodes.map((own, index) => {
        const node = isMapped ? this.#target.natMapper({ ...own }) : own;
        const address = addressOf(node);
        if (index === 0 || !places.has(address)) places.set(address, { node, isReplica: index > 0 });
        return address;
      }),
    );
    return { ranges, owners, places };
  }

  /** Creates the missing nodes, a few in each turn of the event loop: yields when the next turn has to begin. */
  *#createNodes({ places }: Lesson): Iterable<void> {
    const { connectionPool: pool } = this.#target;
    let created = 0;
    for (const [address, { node, isReplica }] of places) {
      const known = pool.getInstanceByKey(address);
      if (known !== undefined && (known.options.readOnly === true) === isReplica) continue;
      // The options of the node are copied, because the client keeps and changes the object that it gets.
      pool.findOrCreate({ ...node }, isReplica);
      if (++created % nodesPerTurn === 0) yield;
    }
  }

  /** Whether the client's table still contains what was last written to it. */
  #isTable({ ranges, lists, owners }: Learnt): boolean {
    const { slots } = this.#target;
    return ranges.every(({ first, last }, index) => {
      const list = lists[index];
      for (let slot = first; slot <= last; slot++) if (slots[slot] !== list) return false;
      return list?.[0] === owners[index]?.[0];
    });
  }

  #write(lesson: Lesson): void {
    const { slots } = this.#target;
    const lists = lesson.owners.map((owners) => [...owners]);
    for (const [index, { first, last }] of lesson.ranges.entries())
      for (let slot = first; slot <= last; slot++) slots[slot] = lists[index];
    writeGroups(this.#target);
    this.#learnt = { ...lesson, lists };
  }
}

/**
 * Gives a number to each group of nodes that serve slots together. To check that the same nodes serve all keys of a
 * pipeline, the client compares the numbers of their groups.
 */
function writeGroups(target: ClusterInternals): void {
  const ids = Object.create(null) as Record<string, number>;
  let count = 0;
  let last: readonly string[] | undefined;
  let id: number | undefined;
  for (let slot = 0; slot < target.slots.length; slot++) {
    const owners = target.slots[slot];
    // Neighbouring slots share one list, which has to be read only once.
    if (owners !== last) id = owners?.length ? (ids[owners.join(';')] ??= ++count) : undefined;
    target[groupsBySlot][slot] = id;
    last = owners;
  }
  target[groupsIds] = ids;
}

function addressesIn(slots: SlotOwners): ReadonlySet<string> {
  const addresses = new Set<string>();
  let last: readonly string[] | undefined;
  for (const list of slots) {
    if (list !== last) for (const address of list ?? []) addresses.add(address);
    last = list;
  }
  return addresses;
}

function isSameRange(left: SlotRange, right: SlotRange | undefined): boolean {
  return (
    left.first === right?.first &&
    left.last === right.last &&
    left.nodes.length === right.nodes.length &&
    left.nodes.every(({ host, port }, index) => {
      const other = right.nodes[index];
      return host === other?.host && port === other.port;
    })
  );
}

function addressOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

function ignore(): void {
  // The connections report the error, and are remade until their channels are subscribed to again.
}
