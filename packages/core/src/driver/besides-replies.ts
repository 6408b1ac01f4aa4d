/**
 * What may arrive on a connection in addition to the replies that the server sends in the order of the commands, one
 * for each command:
 *
 * - `nothing`: nothing but RESP3 pushes.
 * - `confirmations`: the number of replies to a command in flight may differ from one. A subscribe or unsubscribe
 *   command gets one reply per channel; a refused login may get none.
 * - `messages`: the connection has subscriptions, whose messages arrive as arrays between the replies (RESP2).
 * - `lines`: the connection is in MONITOR mode.
 */
export type BesidesReplies = 'nothing' | 'confirmations' | 'messages' | 'lines';

const subscribing = /^[ps]?(?:un)?subscribe$/i;
const login = /^(?:auth|hello)$/i;

/** Returns whether a command gets one reply per channel. */
export function changesSubscriptions(name: string): boolean {
  return subscribing.test(name);
}

/**
 * Returns whether a command logs in. From version 7.2 on, Redis and Valkey do not answer a refused login if the reply
 * to an earlier command has not been sent yet.
 */
export function logsIn(name: string): boolean {
  return login.test(name);
}

/** Returns whether a reply that begins with this byte cannot be the reply to this login, only to a later command. */
export function isPastLogin(name: string, marker: number | undefined): boolean {
  const own = loginReplies.get(name.toLowerCase());
  return own !== undefined && marker !== undefined && !own.includes(String.fromCodePoint(marker));
}

// For each login command, the bytes with which its reply, a push or an attribute can begin.
const loginReplies: ReadonlyMap<string, string> = new Map([
  ['auth', '+-!>|'],
  ['hello', '%*-!>|'],
]);
