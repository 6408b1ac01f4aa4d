// Options
export {
  checkArgument,
  checkOptionNames,
  checkOptions,
  type OptionReaders,
} from './options/check-options.ts';
export { checkKnownOptions, type OptionNames } from './options/known-options.ts';
export {
  booleanOf,
  clockOf,
  countOf,
  durationOf,
  folderOf,
  functionOf,
  functionsOf,
  keyTextOf,
  laneOf,
  lifetimeOf,
  nameOf,
  numberOf,
  objectWith,
  oneOf,
  textOf,
} from './options/option-readers.ts';
export { targetOptionNames } from './options/misplaced-options.ts';
export { oneOrMoreResiliencesOf, resilienceOf, resiliencesOf } from './options/resilience-readers.ts';
export { sourcesOf, type Sources } from './options/sources.ts';
export { invalid, withDefaults, type OptionReader } from './options/validate-options.ts';

// Time
export { runSoon } from './event-loop/soon.ts';

// Connections
export { fromEnvironment } from './target/environment-url.ts';
export { databasesOf, type KnownDatabase } from './target/known-databases.ts';
export { openResiliences } from './resilience/open-resiliences.ts';

// Servers
export { productOf } from './handshake/server-product.ts';

// Events
export { EventHub, type ListenerError } from './observability/event-hub.ts';

// Errors
export { isAway } from './is-away.ts';
export { quietIfAway } from './quiet-if-away.ts';

// Waiting
export { pause, tooLate, withinDeadline } from './deadline.ts';
export { untilChange, type WaitBounds } from './verbs/until-change.ts';

// Other client libraries
export type { JoinedCommand } from './driver/driver-command.ts';
export { RawClient, type RawCall, type RawRequest, type ReadReplies } from './ioredis/raw/raw-client.ts';

// Warnings about mistakes in the application's code
export { tellMistake } from './observability/told-mistakes.ts';
