/**
 * Sets options that are only for this client, and that do not appear when its options are copied. If these options were
 * copied, a plain client that an application makes from `client.options` would dial without a pause in an outage, and
 * not restore its subscriptions.
 */
export function keepToClient(options: object, own: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(own)) {
    Object.defineProperty(options, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
