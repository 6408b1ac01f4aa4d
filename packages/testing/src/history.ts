export { checkHistory, type CheckOptions, type HistoryVerdict } from './history/check-history.ts';
export { boundedStaleness, primaryLost, type Contract } from './history/contracts.ts';
export { modelledCommands } from './history/model/redis-model.ts';
export { UnmodelledCommandError } from './history/model/unmodelled-command-error.ts';
export type { Command, Operation, OperationResult, Outcome } from './history/operation.ts';
export { HistoryRecorder, type RecorderOptions } from './history/recorder.ts';
export type { Reply } from './history/reply.ts';
export type { OneCommand, Task } from './history/task.ts';
export type { Violation } from './history/violation.ts';
