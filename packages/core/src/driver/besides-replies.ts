/**
 * What may come on a connection besides one reply for each command, in its order.
 *
 * - `nothing`: pushes of RESP3 aside.
 * - `confirmations`: a command that subscribes or unsubscribes is unanswered, and gets one reply for each channel.
 * - `messages`: it has subscriptions, and their messages come as lists between the replies (RESP2).
 * - `lines`: it monitors the server.
 */
export type BesidesReplies = 'nothing' | 'confirmations' | 'messages' | 'lines';

const subscribing = /^[ps]?(?:un)?subscribe$/i;

/** Whether a command is answered with one reply for each channel. */
export function changesSubscriptions(name: string): boolean {
  return subscribing.test(name);
}
