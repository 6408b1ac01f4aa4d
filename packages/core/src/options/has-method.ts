/** Returns whether a value of any type has a method of this name. A value with the method `then` is a promise. */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[name] === 'function';
}
