// Events
export { EventHub, type ListenerError } from './event-hub.ts';
