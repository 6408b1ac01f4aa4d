export {
  queueConnection,
  warmUp,
  workerConnection,
  type QueueConnection,
  type WarmUpOptions,
  type WorkerConnection,
} from './queues/connections.ts';
export { createJobAdder, type JobAdder, type JobAdderOptions, type JobQueue } from './queues/job-adder.ts';
