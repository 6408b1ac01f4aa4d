import type { Reply } from '@redis-resilience/core/protocol';

/** A text reply, or undefined for anything else. */
export function textOf(reply: Reply | undefined): string | undefined {
  return typeof reply === 'string' ? reply : undefined;
}

/** An array reply, or an empty one for anything else. */
export function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}

/** A flat array of names and values, as a record; values that are not text are left out. */
export function recordOf(reply: Reply | undefined): Record<string, string> {
  const items = listOf(reply);
  const record: Record<string, string> = {};
  for (let index = 0; index + 1 < items.length; index += 2) {
    const [name, value] = [items[index], items[index + 1]];
    if (typeof name === 'string' && typeof value === 'string') record[name] = value;
  }
  return record;
}

/** The `name:value` lines of INFO and of CLUSTER INFO. */
export function fieldsOf(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return fields;
}
