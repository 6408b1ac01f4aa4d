// Events
export { EventHub, type ListenerError } from './event-hub.ts';

// Errors
export { isAway } from './is-away.ts';
export { classifyReply, type ReplyVerdict } from './replies/reply-error.ts';

// Waiting
export { pause, tooLate, withinDeadline } from './deadline.ts';
export { untilChange, type WaitBounds } from './verbs/until-change.ts';
