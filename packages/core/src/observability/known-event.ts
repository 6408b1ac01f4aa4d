import { ConfigurationError } from '../errors.ts';
import type { ResilienceEvent } from './events.ts';

const known: { readonly [Event in ResilienceEvent]: true } = {
  change: true,
  outage: true,
  recovered: true,
  attempt: true,
  'command-failed': true,
  retry: true,
  'scan-restart': true,
  'circuit-change': true,
  'would-refuse': true,
  gap: true,
  'resubscribe-failed': true,
  'lease-overdue': true,
  'database-change': true,
  'shared-use': true,
  'unaided-library': true,
  thaw: true,
  closed: true,
  'listener-error': true,
};

const driverEvents = ['connect', 'ready', 'error', 'close', 'end', 'reconnecting', 'message'];

/**
 * Returns the event if it exists. For any other name the function throws, because a listener for that name would never
 * be called.
 *
 * @throws {@link ConfigurationError} if there is no such event, or `listener` is not a function
 */
export function knownEvent<Event extends ResilienceEvent>(event: Event, listener: unknown): Event {
  if (Object.hasOwn(known, event)) {
    if (typeof listener === 'function') return event;
    throw new ConfigurationError(`on() takes a listener. Write resilience.on('${event}', (payload) => …).`);
  }
  const meant = driverEvents.includes(event)
    ? ` For this event of the client, write resilience.client.on('${event}', listener).`
    : '';
  throw new ConfigurationError(
    `A resilience has no event of this name.${meant} Its events: ${Object.keys(known).join(', ')}.`,
  );
}
