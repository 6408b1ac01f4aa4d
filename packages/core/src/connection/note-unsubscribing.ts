import type { SendCommand } from '../driver/driver-command.ts';
import type { SubscriptionKind } from '../ioredis/client.ts';

const kinds: ReadonlyMap<string, SubscriptionKind> = new Map([
  ['unsubscribe', 'subscribe'],
  ['punsubscribe', 'psubscribe'],
  ['sunsubscribe', 'ssubscribe'],
]);

/** Tells of each command that ends subscriptions, as it is sent; no channels means all of them. */
export function noteUnsubscribing(
  send: SendCommand,
  onUnsubscribing: (kind: SubscriptionKind, channels: readonly string[]) => void,
): SendCommand {
  const noting: SendCommand = (command, stream, node) => {
    const kind = kinds.get(command.name);
    if (kind !== undefined) onUnsubscribing(kind, command.args.map(String));
    return send(command, stream, node);
  };
  return send.isWrapped === true ? Object.assign(noting, { isWrapped: true }) : noting;
}
