// Options
export { checkArgument, checkOptionNames, checkOptions, type OptionReaders } from './check-options.ts';
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
  resilienceOf,
  resiliencesOf,
  textOf,
} from './option-readers.ts';
export { invalid, withDefaults, type OptionReader } from './validate-options.ts';

// Events
export { EventHub, type ListenerError } from './event-hub.ts';

// Errors
export { isAway } from './is-away.ts';

// Waiting
export { pause, tooLate, withinDeadline } from './deadline.ts';
export { untilChange, type WaitBounds } from './verbs/until-change.ts';
