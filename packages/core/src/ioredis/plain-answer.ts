import type { DriverCommand } from '../driver/driver-command.ts';
import { keptBytes } from '../handshake/borrowed-bytes.ts';
import type { Internals } from './internals.ts';
import { throwNext } from '../event-loop/soon.ts';

interface Encoded {
  readonly replyEncoding?: BufferEncoding | null;
}

const [bulk, status, number, nothing, list, zero, minus, carriageReturn] = [
  0x24, 0x2b, 0x3a, 0x5f, 0x2a, 0x30, 0x2d, 0x0d,
];

/**
 * Resolves the client's oldest unanswered command with the reply from `start` to `end` in the chunk, just as the client
 * would. The reply has to be a bulk string, a status, a number, a null or an array of these, and complete within the
 * chunk. Returns false, and does nothing, if the client's own parser must read the reply. Only commands that were sent on
 * the fast path are resolved by this function, because no other code needs to see their replies. The commands of a
 * `RawClient` are not resolved here, because they get the bytes of their replies.
 */
export function answerPlain(target: Internals, chunk: Buffer, start: number, end: number): boolean {
  const command = target.commandQueue.peekFront()?.command;
  if (command?.call?.isPlain !== true || command.isRaw === true) return false;
  target.commandQueue.shift();
  answer(command, target, chunk, start, end);
  return true;
}

function answer(command: DriverCommand, target: Internals, chunk: Buffer, start: number, end: number): void {
  try {
    const value =
      chunk[start] === list
        ? elementsOf(command as Encoded, target, chunk, start)
        : valueOf(command as Encoded, target, chunk, start, end);
    command.resolve(value);
  } catch (error) {
    // An error thrown by an application callback must reach the application, but must not stop the delivery of later
    // replies.
    throwNext(error);
  }
}

function elementsOf(command: Encoded, target: Internals, chunk: Buffer, start: number): unknown[] {
  const lineEnd = lineEndAfter(chunk, start);
  const elements: unknown[] = [];
  elements.length = integerAt(chunk, start + 1, lineEnd);
  let at = lineEnd + 2;
  for (let index = 0; index < elements.length; index++) {
    const end = endOf(chunk, at);
    elements[index] = valueOf(command, target, chunk, at, end);
    at = end;
  }
  return elements;
}

/** Returns the offset after the element that begins at `start`. */
function endOf(chunk: Buffer, start: number): number {
  const lineEnd = lineEndAfter(chunk, start);
  const isBulk = chunk[start] === bulk && chunk[start + 1] !== minus;
  return isBulk ? lineEnd + 4 + integerAt(chunk, start + 1, lineEnd) : lineEnd + 2;
}

function valueOf(
  { replyEncoding }: Encoded,
  { options }: Internals,
  chunk: Buffer,
  start: number,
  end: number,
): unknown {
  const marker = chunk[start];
  const stop = end - 2;
  if (marker === number) {
    return options['stringNumbers'] === true
      ? chunk.toString('latin1', start + 1, stop)
      : integerAt(chunk, start + 1, stop);
  }
  if (marker === nothing || (marker !== status && chunk[start + 1] === minus)) return null;
  const from = marker === status ? start + 1 : lineEndAfter(chunk, start) + 2;
  return replyEncoding ? chunk.toString(replyEncoding, from, stop) : keptBytes(chunk.subarray(from, stop));
}

function integerAt(chunk: Buffer, from: number, stop: number): number {
  let integer = 0;
  for (let at = from; at < stop; at++) integer = integer * 10 + (chunk[at] as number) - zero;
  return integer;
}

/** Returns the offset of the first CR after the marker at `start`. */
function lineEndAfter(chunk: Buffer, start: number): number {
  let at = start + 1;
  while (chunk[at] !== carriageReturn) at++;
  return at;
}
