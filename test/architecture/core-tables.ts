import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { CauseCode } from '../../packages/core/src/cause.ts';
import {
  clusterOptionFates,
  redisOptionFates,
  sentinelClientOptionFates,
  type OptionFate,
} from '../../packages/core/src/ioredis/known-options.ts';
import { nextStep } from '../../packages/core/src/observability/next-step.ts';

const core = join(import.meta.dirname, '..', '..', 'packages', 'core');
export const readme = join(core, 'README.md');

/** A table of core's README, found between `<!-- name -->` and `<!-- /name -->`. */
export interface CoreTable {
  readonly name: string;
  /** The codes in the first column of the table. */
  readonly codes: readonly string[];
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of events, errors and causes, as the source of core describes them. */
export function coreTables(): readonly CoreTable[] {
  return [
    {
      name: 'events',
      codes: namesIn(interfaceIn('observability/events.ts', 'ResilienceEvents')),
      head: ['event', 'payload', 'when'],
      rows: eventRows(),
    },
    {
      name: 'errors',
      codes: membersOf('errors.ts', 'ErrorCode'),
      head: ['code', 'class', 'what happened, and what to do'],
      rows: errorRows(),
    },
    {
      name: 'causes',
      codes: membersOf('cause.ts', 'CauseCode'),
      head: ['cause', 'meaning', 'what to do'],
      rows: causeRows(),
    },
    ...Object.entries({
      redis: redisOptionFates,
      sentinel: sentinelClientOptionFates,
      cluster: clusterOptionFates,
    }).map(([kind, fates]) => ({
      name: `ioredis: ${kind}`,
      codes: fateRows(fates).map(([names = '']) => names.replaceAll('`', '')),
      head: ['option', 'is', ''],
      rows: fateRows(fates),
    })),
  ];
}

/** Groups ioredis options that core handles alike (for example, all that it rejects), and returns one row per group. */
function fateRows(fates: Readonly<Record<string, OptionFate>>): string[][] {
  const rows = new Map<string, string[]>();
  for (const [name, { kind, note = 'as in ioredis' }] of Object.entries(fates)) {
    const fate = `${kind} | ${note}`;
    rows.set(fate, [...(rows.get(fate) ?? []), `\`${name}\``]);
  }
  return Array.from(rows, ([fate, names]) => [names.join(', '), ...fate.split(' | ')]);
}

/** Returns the table in Markdown, formatted as the README is. */
export async function markdownOf({ head, rows }: CoreTable): Promise<string> {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return format(lines.join('\n'), { ...(await resolveConfig(readme)), parser: 'markdown' });
}

const comment = String.raw`\/\*\*\s*((?:(?!\*\/)[^])*?)\s*\*\/\s*`;

function eventRows(): string[][] {
  const listenerError = interfaceIn('observability/event-hub.ts', 'ListenerError');
  const event = new RegExp(`${comment}readonly '?([\\w-]+)'?: (ListenerError|\\{[^}]*\\});`, 'g');
  const body = interfaceIn('observability/events.ts', 'ResilienceEvents');
  return Array.from(body.matchAll(event), ([, doc = '', name = '', type = '']) => [
    `\`${name}\``,
    fieldsOf(type === 'ListenerError' ? `${listenerError}}` : type),
    textOf(doc),
  ]);
}

/** Returns the fields of a payload, such as `cause?: CauseCode` for a field that may be undefined. */
function fieldsOf(type: string): string {
  const fields = Array.from(type.matchAll(/readonly (\w+): ([^;}]+?)\s*[;}]/g), ([, name = '', of = '']) => {
    const optional = of.endsWith(' | undefined') ? '?' : '';
    return `\`${name}${optional}: ${of.replace(/ \| undefined$/, '').replaceAll('|', '\\|')}\``;
  });
  return fields.join(', ');
}

function errorRows(): string[][] {
  const error = new RegExp(
    `${comment}export class (\\w+) extends RedisResilienceError \\{[^}]*code = '(\\w+)'`,
    'g',
  );
  return Array.from(sourceOf('errors.ts').matchAll(error), ([, doc = '', name = '', code = '']) => [
    `\`${code}\``,
    `\`${name}\``,
    textOf(doc),
  ]);
}

function causeRows(): string[][] {
  const row = /^ \* \| `([a-z-]+)` \| (.+) \|$/gm;
  return Array.from(sourceOf('cause.ts').matchAll(row), ([, code = '', meaning = '']) => [
    `\`${code}\``,
    meaning,
    nextStep(code as CauseCode),
  ]);
}

function namesIn(body: string): string[] {
  return Array.from(body.matchAll(/^ {2}readonly '?([\w-]+)'?:/gm), ([, name = '']) => name);
}

function membersOf(file: string, union: string): string[] {
  const body = new RegExp(`export type ${union} =([^;]+);`).exec(sourceOf(file))?.[1] ?? '';
  return Array.from(body.matchAll(/'([^']+)'/g), ([, member = '']) => member);
}

function interfaceIn(file: string, name: string): string {
  const body = new RegExp(`interface ${name} \\{([^]*?)\\n\\}`).exec(sourceOf(file))?.[1];
  if (body === undefined) throw new Error(`${file} has no interface ${name}`);
  return body;
}

function sourceOf(file: string): string {
  return readFileSync(join(core, 'src', file), 'utf8');
}

function textOf(doc: string): string {
  return doc
    .replace(/^\*\s*/, '')
    .replace(/\s*\n\s*\*\s*/g, ' ')
    .replaceAll('|', '\\|');
}
