import type { Operation } from './operation.ts';
import type { DeadEnd } from './search.ts';
import type { Shrunk } from './shrink.ts';
import { shownReply } from './reply.ts';
import { pictureSvg } from './picture/picture-svg.ts';
import { pictureText } from './picture/picture-text.ts';
import { taskText } from './picture/timeline.ts';

/** A part of the history in which no order of the operations explains all replies. */
export interface Violation {
  readonly keys: readonly string[];
  /** The few operations of the history that show the violation: no order of them explains all their replies. */
  readonly operations: readonly Operation[];
  /** Names the last operations that can be put into an order, and the replies that do not fit after them. */
  readonly reason: string;
  /** The operations along a timeline, as text. */
  readonly text: string;
  /** The operations along a timeline, as an SVG document. */
  readonly svg: string;
}

export function violationOf(
  keys: readonly string[],
  all: readonly Operation[],
  { operations, deadEnd }: Shrunk,
): Violation {
  const places = keys.slice(0, 5).map((key) => JSON.stringify(key));
  if (keys.length > places.length) places.push('...');
  const heading = `Not linearizable: ${operations.length} of ${all.length} operations on ${places.join(', ')}.`;
  const reason = reasonOf(deadEnd);
  return {
    keys,
    operations,
    reason,
    text: `${heading}\n${pictureText(operations)}\n${reason}`,
    svg: pictureSvg(operations, [heading, reason]),
  };
}

/** Maximum number of steps to name, so that a reader can follow them. */
const shownSteps = 3;
const shownItems = 40;

function reasonOf({ order, next }: DeadEnd): string {
  const last = order.slice(-shownSteps).map(taskText);
  if (order.length > last.length) last.unshift(`${order.length - last.length} others`);
  const done = order.length === 0 ? 'At the beginning' : `After ${last.join(', ')}`;
  const wrong = next.slice(0, 3).map(({ operation, expected }) => {
    const given =
      operation.result.kind === 'answered' ? shownReply(operation.result.reply, shownItems) : 'nothing';
    return `${taskText(operation)} answers ${shownReply(expected, shownItems)}, not ${given}`;
  });
  return `${done}, ${wrong.join('; ')}. No other order explains it either.`;
}
