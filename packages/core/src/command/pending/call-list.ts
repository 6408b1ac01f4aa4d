import type { Call } from '../call.ts';

/** A doubly linked list whose nodes are the calls, so that adding or removing a call allocates nothing. */
export class CallList {
  head: Call | undefined = undefined;
  tail: Call | undefined = undefined;
  length = 0;

  /** Appends `call`, which must not be in any list. */
  push(call: Call): void {
    call.previous = this.tail;
    if (this.tail === undefined) this.head = call;
    else this.tail.next = call;
    this.tail = call;
    this.length++;
  }

  /** Removes `call`, which must be in this list. */
  remove(call: Call): void {
    const { next, previous } = call;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.tail = previous;
    else next.previous = previous;
    call.next = undefined;
    call.previous = undefined;
    this.length--;
  }
}
