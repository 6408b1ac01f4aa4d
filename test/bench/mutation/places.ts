import { childrenOf, treeOf, type Node } from './source-tree.js';

/**
 * A part of a source file that runs completely or not at all: a statement, a branch, or the body of an arrow function.
 */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** The changed source code of a file: when it runs, it records the numbers of the places that it reaches. */
export interface CountedSource {
  readonly places: readonly Place[];
  readonly source: string;
}

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** If there are several insertions at one position, those with a lower rank come first. */
  readonly rank: number;
}

/**
 * Instruments the source code of a file so that each place records in an array of bytes that it was reached.
 */
export function countPlaces(file: string, source: string): CountedSource {
  const places: Place[] = [];
  const insertions: Insertion[] = [];
  const visit = (node: Node, depth: number): void => {
    for (const [child, field] of childrenOf(node)) {
      const kind = kindOf(node, field, child);
      if (kind !== undefined) {
        const mark = `reached_[${places.length}] = 1`;
        const [before, after] =
          kind === 'listed' ? [`${mark};`, ''] : kind === 'alone' ? [`{${mark};`, '}'] : [`(${mark}, `, ')'];
        places.push({ start: child.start, end: child.end });
        insertions.push({ at: child.start, text: before, rank: depth });
        insertions.push({ at: child.end, text: after, rank: -depth });
      }
      visit(child, depth + 1);
    }
  };
  visit(treeOf(source), 1);
  const bytes = `globalThis.bytesOf(${JSON.stringify(file)}, ${places.length})`;
  return { places, source: `const reached_ = ${bytes}; ${withInsertions(source, insertions)}` };
}

/** Returns the index of the smallest place that contains a part of the file; -1 if there is none. */
export function placeAround(places: readonly Place[], { start, end }: Place): number {
  let found = -1;
  for (const [index, place] of places.entries()) {
    if (place.start > start || place.end < end) continue;
    const smallest = places[found];
    if (smallest === undefined || place.end - place.start <= smallest.end - smallest.start) found = index;
  }
  return found;
}

/** `listed`: a statement in a list of statements; `alone`: a statement that is a whole branch. */
type Kind = 'listed' | 'alone' | 'expression';

function kindOf({ type }: Node, field: string, child: Node): Kind | undefined {
  switch (type) {
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
    case 'FunctionBody':
      return field === 'body' ? 'listed' : undefined;
    case 'SwitchCase':
      return field === 'consequent' ? 'listed' : undefined;
    case 'IfStatement':
      return field === 'test' || child.type === 'BlockStatement' ? undefined : 'alone';
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
      return field === 'body' && child.type !== 'BlockStatement' ? 'alone' : undefined;
    case 'ArrowFunctionExpression':
      return field === 'body' && !child.type.endsWith('Statement') && child.type !== 'FunctionBody'
        ? 'expression'
        : undefined;
    case 'ConditionalExpression':
      return field === 'test' ? undefined : 'expression';
    case 'LogicalExpression':
    case 'AssignmentPattern':
      return field === 'right' ? 'expression' : undefined;
    case 'PropertyDefinition':
      return field === 'value' ? 'expression' : undefined;
    default:
      return undefined;
  }
}

function withInsertions(source: string, insertions: readonly Insertion[]): string {
  const ordered = insertions.toSorted((one, other) => one.at - other.at || one.rank - other.rank);
  let text = '';
  let from = 0;
  for (const { at, text: inserted } of ordered) {
    text += source.slice(from, at) + inserted;
    from = at;
  }
  return text + source.slice(from);
}
