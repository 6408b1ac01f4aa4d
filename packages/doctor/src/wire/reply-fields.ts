import type { Reply } from '@redis-resilience/core/protocol';

/** Returns a reply that is text; undefined for any other reply. */
export function textOf(reply: Reply | undefined): string | undefined {
  return typeof reply === 'string' ? reply : undefined;
}

/** Returns a reply that is an array; an empty array for any other reply. */
export function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}

/** Turns a reply in which names and values alternate into a record. Values that are not text are left out. */
export function recordOf(reply: Reply | undefined): Record<string, string> {
  const items = listOf(reply);
  const record: Record<string, string> = {};
  for (let index = 0; index + 1 < items.length; index += 2) {
    const [name, value] = [items[index], items[index + 1]];
    if (typeof name === 'string' && typeof value === 'string') record[name] = value;
  }
  return record;
}

/** Parses the `name:value` lines of INFO and of CLUSTER INFO. */
export function fieldsOf(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return fields;
}
