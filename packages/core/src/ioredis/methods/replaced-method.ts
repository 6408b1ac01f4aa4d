import type { Cluster, Redis } from 'ioredis';

const replaced = Symbol('replaced methods');

/**
 * A client with methods that many clients share. If such a method replaces one that the application had set on this
 * client, the application's method is kept here.
 */
interface Sharing {
  [replaced]: Readonly<Record<string, unknown>>;
}

const none: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * Replaces a method of a client by `shared`, a function that many clients share. The function finds its client in
 * `this`, and the method that it replaces with {@link beneath}. A closure for each client would occupy far more memory.
 */
export function shareMethod(client: Redis | Cluster, name: string, shared: unknown): void {
  const target = client as unknown as Sharing & Record<string, unknown>;
  target[replaced] ??= none;
  // A method that belongs to the client itself, and not to its class, was set by the application.
  if (Object.hasOwn(target, name)) target[replaced] = { ...target[replaced], [name]: target[name] };
  target[name] = shared;
}

/**
 * Returns the method that a shared method has replaced. `client` may also be an object that inherits from the client.
 */
export function beneath<Client extends object, Name extends keyof Client & string>(
  client: Client,
  name: Name,
): Client[Name] {
  let owner: object = client;
  while (!Object.hasOwn(owner, replaced)) owner = Object.getPrototypeOf(owner) as object;
  const own = (owner as Sharing)[replaced][name] ?? (Object.getPrototypeOf(owner) as Client)[name];
  return own as Client[Name];
}
