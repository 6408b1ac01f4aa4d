/** The kind of an element of an aggregate. */
export type ElementKind = 'text' | 'number' | 'null' | 'other';

/** What is known about a reply without decoding it. */
export interface ReplyShape {
  /** The first byte of the reply. */
  readonly marker: number;
  /** Number of elements; 0 if the reply is not an aggregate. */
  count: number;
  readonly elements: ElementKind[];
  /** The first element, if it is a short string. */
  first: string;
}

/** The meaning of an aggregate that the server sent unprompted, or in reply to SUBSCRIBE and similar commands. */
export type Message =
  /** A message of a subscription. */
  | 'message'
  /** The server's confirmation of SUBSCRIBE, PSUBSCRIBE or SSUBSCRIBE for one channel. */
  | 'subscribed'
  /**
   * The server's confirmation of UNSUBSCRIBE, PUNSUBSCRIBE or SUNSUBSCRIBE for one channel, or its notice that it has
   * ended a subscription.
   */
  | 'unsubscribed'
  /** Anything else, such as the invalidation of a key. */
  | 'other'
  /** An invalid message, which no client can read. */
  | 'malformed';

export function kindOfElement(type: number): ElementKind {
  // A verbatim string counts as `other`, because its text begins with a prefix that readers drop. Messages are not
  // affected, because no server sends a verbatim string in a message of a subscription.
  if (type === 0x24 || type === 0x2b) return 'text';
  return type === 0x3a ? 'number' : 'other';
}

/** Returns what kind of message an aggregate of this shape is. */
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
