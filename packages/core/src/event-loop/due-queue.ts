/** The due time of an item, and its position in the queue. */
export interface Due {
  dueAt: number;
  /** Position of the item in the heap, set by the queue. */
  duePlace: number;
}

/** One empty array, which all empty queues share as their heap. */
const none: never[] = [];

/**
 * A queue of items, ordered by due time: a binary heap in which each item stores its own position, so that removing any
 * item is fast.
 */
export class DueQueue<Item> {
  readonly #dueOf: (item: Item) => Due;
  #heap: Item[] = none;

  constructor(dueOf: (item: Item) => Due) {
    this.#dueOf = dueOf;
  }

  get length(): number {
    return this.#heap.length;
  }

  /** The item that is due first, which stays in the queue. */
  get first(): Item | undefined {
    return this.#heap[0];
  }

  /** When the first item is due; Infinity if the queue is empty. */
  get nextDueAt(): number {
    const first = this.#heap[0];
    return first === undefined ? Infinity : this.#dueOf(first).dueAt;
  }

  /** Returns the first item that is due by `now`, if any, and leaves that item in the queue. */
  due(now: number): Item | undefined {
    return this.nextDueAt <= now ? this.#heap[0] : undefined;
  }

  /** Returns all items, in no particular order. */
  all(): readonly Item[] {
    return [...this.#heap];
  }

  add(item: Item, dueAt: number): void {
    this.#dueOf(item).dueAt = dueAt;
    // V8 would reserve memory for 17 items if the first one were pushed, but most queues never get a second one.
    if (this.#heap === none) this.#heap = [item];
    else this.#heap.push(item);
    this.#rise(item, this.#heap.length - 1);
  }

  /** Does nothing if the item is not in the queue. */
  remove(item: Item): void {
    const place = this.#dueOf(item).duePlace;
    if (this.#heap[place] !== item) return;
    const last = this.#heap.pop() as Item;
    if (last !== item) this.#sink(last, this.#rise(last, place));
    else if (this.#heap.length === 0) this.#heap = none;
  }

  /** Puts `item` at `place`, which is free, or further up if its due time requires that. Returns its place. */
  #rise(item: Item, place: number): number {
    const { dueAt } = this.#dueOf(item);
    let at = place;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above] as Item;
      if (this.#dueOf(parent).dueAt <= dueAt) break;
      this.#put(parent, at);
      at = above;
    }
    this.#put(item, at);
    return at;
  }

  /** Puts `item` at `place`, which is free, or further down if its due time requires that. */
  #sink(item: Item, place: number): void {
    const { dueAt } = this.#dueOf(item);
    let at = place;
    for (;;) {
      const below = this.#earlierChild(at);
      const child = this.#heap[below];
      if (child === undefined || this.#dueOf(child).dueAt >= dueAt) break;
      this.#put(child, at);
      at = below;
    }
    this.#put(item, at);
  }

  #earlierChild(place: number): number {
    const left = 2 * place + 1;
    const [first, second] = [this.#heap[left], this.#heap[left + 1]];
    if (first === undefined || second === undefined) return left;
    return this.#dueOf(second).dueAt < this.#dueOf(first).dueAt ? left + 1 : left;
  }

  #put(item: Item, place: number): void {
    this.#heap[place] = item;
    this.#dueOf(item).duePlace = place;
  }
}
