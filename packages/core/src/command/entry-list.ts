import type { Entry } from './entry.ts';

/** A doubly linked list threaded through its entries: O(1) at both ends and in the middle, without allocation. */
export class EntryList {
  head: Entry | undefined = undefined;
  tail: Entry | undefined = undefined;
  length = 0;

  push(entry: Entry): void {
    entry.previous = this.tail;
    entry.next = undefined;
    if (this.tail === undefined) this.head = entry;
    else this.tail.next = entry;
    this.tail = entry;
    this.length++;
  }

  remove(entry: Entry): void {
    const { next, previous } = entry;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.tail = previous;
    else next.previous = previous;
    entry.next = undefined;
    entry.previous = undefined;
    this.length--;
  }

  shift(): Entry | undefined {
    const entry = this.head;
    if (entry !== undefined) this.remove(entry);
    return entry;
  }
}
