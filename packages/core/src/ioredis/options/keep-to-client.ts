/**
 * Sets options that are only for this client, and that do not appear when its options are copied. If these options were
 * copied, a plain client that an application makes from `client.options` would dial without a pause in an outage, and
 * not restore its subscriptions.
 */
export function keepToClient(options: object, own: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(own)) {
    const value = own[name];
    // Where `compactOptions` has already hidden the option, assigning its value costs a tenth of defining it.
    if (isHidden(options, name)) (options as Record<string, unknown>)[name] = value;
    else
      Object.defineProperty(options, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

function isHidden(options: object, name: string): boolean {
  return Object.hasOwn(options, name) && !Object.prototype.propertyIsEnumerable.call(options, name);
}
