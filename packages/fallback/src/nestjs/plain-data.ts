/**
 * Whether a body is plain data, which the cache returns as it was. An instance of a class returns as a plain object, so
 * that a serializer around the cache would no longer know which of its fields to leave out. A stream can be read only
 * once, and bytes do not survive JSON. If the body is undefined, the handler has sent the response itself.
 */
export function isPlainData(body: unknown): boolean {
  if (body === undefined || typeof body === 'function' || typeof body === 'symbol') return false;
  let isPlain = true;
  try {
    JSON.stringify({ body }, function check(this: Readonly<Record<string, unknown>>, name, value: unknown) {
      isPlain &&= isObject(value) ? isPlainObject(value) && this[name] === value : true;
      return isPlain ? value : undefined;
    });
  } catch {
    return false;
  }
  return isPlain;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

// An object of another realm, such as that of a test runner, has another `Object.prototype`. A value such as a Date has
// become a text.
function isPlainObject(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
