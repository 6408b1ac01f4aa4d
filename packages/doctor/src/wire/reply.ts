/** A reply: text for strings and numbers, {@link ReplyError} for error replies, lists for aggregates, maps flattened. */
export type Reply = string | null | ReplyError | readonly Reply[];

/** An error reply, word for word as the server sent it. It is data here, never thrown. */
export class ReplyError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }

  /** Its first word: `NOAUTH`, `ERR`. */
  get code(): string {
    return /^[A-Z][A-Z0-9]*/.exec(this.message)?.[0] ?? 'ERR';
  }
}

/** A text reply, or undefined for anything else. */
export function textOf(reply: Reply | undefined): string | undefined {
  return typeof reply === 'string' ? reply : undefined;
}

/** A list reply, or an empty one for anything else. */
export function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}

/** A flat list of names and values, as a record; a value that is no text is left out. */
export function recordOf(reply: Reply | undefined): Record<string, string> {
  const items = listOf(reply);
  const record: Record<string, string> = {};
  for (let index = 0; index + 1 < items.length; index += 2) {
    const [name, value] = [items[index], items[index + 1]];
    if (typeof name === 'string' && typeof value === 'string') record[name] = value;
  }
  return record;
}

/** The lines `name:value` of INFO and of CLUSTER INFO. */
export function fieldsOf(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return fields;
}
