/**
 * Returns whether a value of any type has a method of this name. With the name `then`, returns whether the value is a
 * promise.
 */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[name] === 'function';
}
