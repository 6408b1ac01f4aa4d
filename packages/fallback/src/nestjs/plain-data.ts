/** The kind of data in a response's body. */
export type BodyKind =
  | { readonly kind: 'plain' }
  /** The body is, or contains, an instance of this class. */
  | { readonly kind: 'instance'; readonly className: string }
  /** A stream, bytes, undefined, or anything else that JSON cannot represent. */
  | { readonly kind: 'other' };

/**
 * Finds out whether a body is plain data, which comes back from the cache unchanged. All other bodies must not be
 * cached: an instance of a class would come back as a plain object, and `ClassSerializerInterceptor` would no longer
 * know which of its fields to leave out; a stream can be read only once; and bytes cannot be represented in JSON. If
 * the body is undefined, the handler has sent the response itself.
 */
export function kindOfBody(body: unknown): BodyKind {
  const other = { kind: 'other' } as const;
  if (body === undefined || typeof body === 'function' || typeof body === 'symbol') return other;
  let found: object | undefined;
  try {
    JSON.stringify({ body }, function check(this: Readonly<Record<string, unknown>>, name, value: unknown) {
      const original = this[name];
      // A Date counts as plain, because `toJSON` has already turned it into a string.
      if (isObject(value) && isObject(original) && !(isPlainObject(value) && original === value))
        found ??= original;
      return found === undefined ? value : undefined;
    });
    if (found === undefined) return { kind: 'plain' };
    if (isPlainObject(found) || isRaw(found)) return other;
    return { kind: 'instance', className: classNameOf(found) };
  } catch {
    return other;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

// Plain objects from another realm, for example that of a test runner, have a different `Object.prototype`, but count
// as plain, too.
function isPlainObject(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether an object is bytes or a stream. */
function isRaw(value: object): boolean {
  const { pipe, getReader, getStream } = value as Readonly<Record<string, unknown>>;
  return (
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer ||
    value instanceof Blob ||
    Symbol.asyncIterator in value ||
    [pipe, getReader, getStream].some((method) => typeof method === 'function')
  );
}

function classNameOf(instance: object): string {
  const { constructor: made } = Object.getPrototypeOf(instance) as { readonly constructor?: unknown };
  return typeof made === 'function' && made.name !== '' ? made.name : 'a class';
}
