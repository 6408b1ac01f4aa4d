export {
  queueConnection,
  warmUp,
  workerConnection,
  type QueueConnection,
  type WorkerConnection,
} from './bullmq/connections.ts';
export { createJobAdder, type JobAdder, type JobAdderOptions, type JobQueue } from './bullmq/job-adder.ts';
