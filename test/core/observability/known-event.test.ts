import { expect, it } from 'vitest';
import { knownEvent } from '../../../packages/core/src/observability/known-event.ts';

const listener = () => undefined;

it('a listener to an event that does not exist is refused with the events that do', () => {
  expect(() => knownEvent('up' as never, listener)).toThrow(
    /^A resilience has no event of this name\. Its events: change, outage, recovered, /,
  );
});

it('a listener to an event of the driver is refused with the line to write', () => {
  expect(() => knownEvent('ready' as never, listener)).toThrow(
    "write resilience.client.on('ready', listener)",
  );
});

it('every event that exists is accepted', () => {
  expect(knownEvent('outage', listener)).toBe('outage');
});

it('an event without a listener is refused with the line to write', () => {
  expect(() => knownEvent('outage', undefined)).toThrow("Write resilience.on('outage', (payload) => …).");
});
