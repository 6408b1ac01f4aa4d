/** The kind of one element of a list. */
export type ElementKind = 'text' | 'number' | 'null' | 'other';

/** What can be seen of a reply without decoding it. */
export interface ReplyShape {
  /** Its first byte. */
  readonly marker: number;
  /** Number of its elements; 0 where it is no list. */
  count: number;
  readonly elements: ElementKind[];
  /** The first of them, where it is a short text. */
  first: string;
}

/** What a list says that came of the server's own accord, or in answer to SUBSCRIBE and its like. */
export type Message =
  /** A message of a subscription. */
  | 'message'
  /** One channel of a SUBSCRIBE, PSUBSCRIBE or SSUBSCRIBE. */
  | 'subscribed'
  /** One channel of an UNSUBSCRIBE, PUNSUBSCRIBE or SUNSUBSCRIBE; or a subscription that the server ended. */
  | 'unsubscribed'
  /** Anything else, such as the invalidation of a key. */
  | 'other'
  /** No client can read it. */
  | 'malformed';

export function kindOfElement(type: number): ElementKind {
  if (type === 0x24 || type === 0x2b || type === 0x3d) return 'text';
  return type === 0x3a ? 'number' : 'other';
}

/** Reads a shape as a message. */
export function messageOf({ count, elements, first }: ReplyShape): Message {
  const [kind, second, third, fourth] = elements;
  if (count === 0 || kind !== 'text') return 'malformed';
  switch (first) {
    case 'message':
    case 'smessage':
      return count >= 3 && second === 'text' ? 'message' : 'malformed';
    case 'pmessage':
      return count >= 4 && [second, third, fourth].every((each) => each === 'text') ? 'message' : 'malformed';
    case 'subscribe':
    case 'psubscribe':
    case 'ssubscribe':
      return count >= 3 && second === 'text' && third === 'number' ? 'subscribed' : 'malformed';
    case 'unsubscribe':
    case 'punsubscribe':
    case 'sunsubscribe':
      return count >= 3 && (second === 'text' || second === 'null') && third === 'number'
        ? 'unsubscribed'
        : 'malformed';
    default:
      return 'other';
  }
}
