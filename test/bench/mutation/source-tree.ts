import { parseAst } from 'vitest/node';

/** A node of the syntax tree of a TypeScript file. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export function treeOf(source: string): Node {
  return parseAst(source, { lang: 'ts' }) as unknown as Node;
}

/**
 * Yields the child nodes that run as code, each with the field that contains it; types and imports are left
 * out.
 */
export function* childrenOf(node: Node): Generator<readonly [child: Node, field: string]> {
  for (const [field, value] of Object.entries(node)) {
    if (field === 'typeAnnotation' || field === 'returnType' || field === 'typeArguments') continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child) && runs(child)) yield [child, field];
    }
  }
}

const runningTypes = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression']);

function runs({ type }: Node): boolean {
  return type !== 'ImportDeclaration' && (!type.startsWith('TS') || runningTypes.has(type));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';
}
