import { childrenOf, treeOf, type Node } from './source-tree.js';

/** One change at one place of a source file. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly original: string;
  readonly replacement: string;
  /** The source code around the change, before and after it. */
  readonly before: string;
  readonly after: string;
}

type Change = readonly [start: number, end: number, replacement: string];

/** Returns all mutants of a file, with one change each: to an operator, constant, boolean, condition or statement. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const program = treeOf(source);
  const changes: { change: Change; around: Node }[] = [];
  walk(program, program, (node, around) => {
    for (const change of changesTo(node, source)) changes.push({ change, around });
  });
  return changes.map(({ change: [start, end, replacement], around }) => {
    const text = (from: number, to: number): string => source.slice(from, to);
    const from = Math.max(around.start, start - 60);
    const to = Math.min(around.end, end + 60);
    return {
      file,
      line: source.slice(0, start).split('\n').length,
      start,
      end,
      original: text(start, end),
      replacement,
      before: oneLine(text(from, to)),
      after: oneLine(text(from, start) + replacement + text(end, to)),
    };
  });
}

/**
 * Visits a node and its descendants; `around` is the statement that contains the node. Debug output for
 * `NODE_DEBUG` is skipped, because it does not change what the code does.
 */
function walk(node: Node, around: Node, visit: (node: Node, around: Node) => void): void {
  const nearest = /Statement$|Declaration$|^PropertyDefinition$/.test(node.type) ? node : around;
  if (isDebugLine(node)) return;
  visit(node, nearest);
  for (const [child] of childrenOf(node)) walk(child, nearest, visit);
}

function isDebugLine({ type, expression, consequent, alternate }: Node): boolean {
  if (type === 'IfStatement') return alternate === null && isDebugLine(consequent as Node);
  if (type !== 'ExpressionStatement') return false;
  const { type: called, callee } = expression as Node;
  if (called !== 'CallExpression') return false;
  const { name, property } = callee as Node;
  return String(name ?? (property as Node | undefined)?.['name']).startsWith('debug');
}

const operators: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+=': '-=',
  '-=': '+=',
  '++': '--',
  '--': '++',
};

function changesTo(node: Node, source: string): Change[] {
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return operatorChange(node, source);
    case 'UpdateExpression': {
      const operator = String(node['operator']);
      const start = node['prefix'] === true ? node.start : node.end - operator.length;
      return [[start, start + operator.length, operators[operator] ?? operator]];
    }
    case 'UnaryExpression':
      return node['operator'] === '!' ? [[node.start, node.start + 1, '']] : [];
    case 'Literal':
      return literalChange(node);
    case 'IfStatement':
    case 'ConditionalExpression': {
      const test = node['test'] as Node;
      return [
        [test.start, test.end, 'true'],
        [test.start, test.end, 'false'],
      ];
    }
    case 'ExpressionStatement': {
      const { type } = node['expression'] as Node;
      return type === 'CallExpression' || type === 'AssignmentExpression'
        ? [[node.start, node.end, ';']]
        : [];
    }
    default:
      return [];
  }
}

function operatorChange(node: Node, source: string): Change[] {
  const operator = String(node['operator']);
  const replacement = operators[operator];
  const left = node['left'] as Node;
  const right = node['right'] as Node;
  // A plus with a string on one side is a concatenation, which has no useful replacement.
  if (replacement === undefined || (operator === '+' && (isText(left) || isText(right)))) return [];
  const start = left.end + source.slice(left.end, right.start).indexOf(operator);
  return [[start, start + operator.length, replacement]];
}

function literalChange(node: Node): Change[] {
  const value = node['value'];
  if (typeof value === 'boolean') return [[node.start, node.end, String(!value)]];
  if (typeof value === 'string' && word.test(value)) {
    return [[node.start, node.end, `'${otherWords[value] ?? 'something-else'}'`]];
  }
  return typeof value === 'number' ? [[node.start, node.end, String(value + 1)]] : [];
}

/** Matches string literals that the code compares, as opposed to sentences for people. */
const word = /^[a-z]+(?:-[a-z]+)*$/;

/** Replacements that cause serious mistakes: a write that counts as repeatable, or an outcome that counts as proved. */
const otherWords: Readonly<Record<string, string>> = {
  read: 'write-last-wins',
  'write-last-wins': 'write-accumulating',
  'write-checked': 'write-last-wins',
  'write-checked-safe': 'write-last-wins',
  'write-accumulating': 'write-last-wins',
  admin: 'read',
  never: 'read',
  'not-applied': 'unknown',
  unknown: 'not-applied',
  refused: 'not-applied',
};

function isText(node: Node): boolean {
  return node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node['value'] === 'string');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
