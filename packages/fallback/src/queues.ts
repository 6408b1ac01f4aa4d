// BullMQ
export {
  nestBullConnection,
  queueConnection,
  warmUp,
  workerConnection,
  type ConnectionForBull,
  type QueueConnection,
  type WarmUpOptions,
  type WorkerConnection,
} from './queues/connections.ts';
export { createJobAdder, type JobAdder, type JobQueue } from './queues/job-adder.ts';
export { createFlowAdder, type Flow, type FlowAdder, type FlowSource } from './queues/flow-adder.ts';
export type { JobAdderOptions, KeptJobs } from './queues/kept-adder.ts';
export {
  jobResult,
  type FinishedJob,
  type JobEnd,
  type JobEvents,
  type JobResultOptions,
  type JobSource,
} from './queues/job-result.ts';

// Bull 4
export { bullClients, type BullClients } from './queues/bull-clients.ts';
