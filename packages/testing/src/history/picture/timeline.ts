import type { Operation } from '../operation.ts';
import { shownReply } from '../reply.ts';

/** One operation in a picture: the columns of its invocation and its return, and its lane. */
export interface Span {
  readonly operation: Operation;
  readonly label: string;
  readonly lane: number;
  readonly from: number;
  /** Column of the return; undefined if the operation has no known end. */
  readonly to: number | undefined;
}

export interface Timeline {
  readonly spans: readonly Span[];
  /** The process of each lane. */
  readonly lanes: readonly string[];
  readonly width: number;
}

/** Number of columns between two moments, and around a label. */
const gap = 2;
const margin = 4;

/**
 * Arranges operations in the order of their invocations and returns. The times are not to scale: each span is at least
 * as wide as its label.
 */
export function timelineOf(operations: readonly Operation[]): Timeline {
  const columns = columnsOf(operations);
  const lanes: { readonly process: string; freeAt: number }[] = [];
  const spans = operations
    .toSorted((left, right) => left.invokedAt - right.invokedAt)
    .map((operation): Span => {
      const { from, to } = columns.get(operation) as { from: number; to: number | undefined };
      const found = lanes.findIndex(({ process, freeAt }) => process === operation.process && freeAt < from);
      const lane = found === -1 ? lanes.push({ process: operation.process, freeAt: 0 }) - 1 : found;
      (lanes[lane] as { freeAt: number }).freeAt = to ?? Infinity;
      return { operation, label: labelOf(operation), lane, from, to };
    });
  const ends = spans.map(({ from, to, label }) => to ?? from + label.length + margin);
  return { spans, lanes: lanes.map(({ process }) => process), width: Math.max(0, ...ends) + 1 };
}

/** Returns an operation and its reply as text. Without a reply, the text contains the outcome or the word `pending`. */
export function labelOf(operation: Operation): string {
  const { result } = operation;
  if (result.kind === 'answered') return `${taskText(operation)} → ${shownReply(result.reply)}`;
  return `${taskText(operation)} → ${result.kind === 'failed' ? result.outcome : 'pending'}`;
}

/** Returns an operation as text, shortened. */
export function taskText({ commands, isTransaction }: Operation): string {
  const texts = commands.map(({ name, args }) =>
    [name, ...args.map((argument) => shownReply(argument))].join(' '),
  );
  return isTransaction ? `multi { ${texts.join('; ')} }` : texts.join();
}

function columnsOf(
  operations: readonly Operation[],
): ReadonlyMap<Operation, { from: number; to: number | undefined }> {
  const columns = new Map<Operation, { from: number; to: number | undefined }>();
  let last = -gap;
  for (const { operation, isReturn } of momentsOf(operations)) {
    if (isReturn) {
      const span = columns.get(operation) as { from: number; to: number | undefined };
      last = span.to = Math.max(last + gap, span.from + labelOf(operation).length + margin);
    } else {
      last += gap;
      columns.set(operation, { from: last, to: undefined });
    }
  }
  return columns;
}

function momentsOf(operations: readonly Operation[]): readonly { operation: Operation; isReturn: boolean }[] {
  const moments = operations.flatMap((operation) => {
    const { invokedAt, returnedAt, result } = operation;
    const invocation = { operation, isReturn: false, at: invokedAt };
    if (returnedAt === undefined || result.kind !== 'answered') return [invocation];
    return [invocation, { operation, isReturn: true, at: returnedAt }];
  });
  return moments.toSorted(
    (left, right) => left.at - right.at || Number(left.isReturn) - Number(right.isReturn),
  );
}
