import type { Call } from './call.ts';

/** A doubly linked list threaded through its calls: O(1) at both ends and in the middle, without allocation. */
export class CallList {
  head: Call | undefined = undefined;
  tail: Call | undefined = undefined;
  length = 0;

  push(call: Call): void {
    call.previous = this.tail;
    call.next = undefined;
    if (this.tail === undefined) this.head = call;
    else this.tail.next = call;
    this.tail = call;
    this.length++;
  }

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

  shift(): Call | undefined {
    const call = this.head;
    if (call !== undefined) this.remove(call);
    return call;
  }
}
