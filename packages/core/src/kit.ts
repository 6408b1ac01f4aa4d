// Options
export { checkArgument, checkOptionNames, checkOptions, type OptionReaders } from './kit/check-options.ts';
export {
  booleanOf,
  clockOf,
  countOf,
  durationOf,
  folderOf,
  functionOf,
  functionsOf,
  laneOf,
  nameOf,
  numberOf,
  objectWith,
  oneOf,
  textOf,
} from './kit/option-readers.ts';
export { resilienceOf, resiliencesOf } from './kit/resilience-readers.ts';
export { invalid, withDefaults, type OptionReader } from './kit/validate-options.ts';

// Events
export { EventHub, type ListenerError } from './kit/event-hub.ts';

// Errors
export { isAway } from './errors.ts';

// Waiting
export { pause, tooLate, withinDeadline } from './kit/deadline.ts';
export { untilChange, type WaitBounds } from './kit/until-change.ts';
