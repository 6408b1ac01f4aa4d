/**
 * What may arrive on a connection in addition to one reply per command, in the order of the commands.
 *
 * - `nothing`: nothing but RESP3 pushes.
 * - `confirmations`: a subscribe or unsubscribe command is in flight, and gets one reply per channel.
 * - `messages`: the connection has subscriptions, whose messages arrive as arrays between the replies (RESP2).
 * - `lines`: the connection is in MONITOR mode.
 */
export type BesidesReplies = 'nothing' | 'confirmations' | 'messages' | 'lines';

const subscribing = /^[ps]?(?:un)?subscribe$/i;

/** Returns whether a command gets one reply per channel. */
export function changesSubscriptions(name: string): boolean {
  return subscribing.test(name);
}
