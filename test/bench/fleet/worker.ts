import { parentPort } from 'node:worker_threads';
import { simulate, type Scenario } from './simulate.js';
import { strategies, type StrategyName } from './strategies.js';

/** A simulation that a worker thread runs. */
export interface Job {
  readonly strategy: StrategyName;
  readonly scenario: Scenario;
}

// Millions of attempts fail here, and collecting a stack trace for each of their errors would take most of
// the time.
Error.stackTraceLimit = 0;

parentPort?.on('message', (job: Job) => {
  void simulate(strategies[job.strategy], job.scenario).then((outcome) =>
    parentPort?.postMessage(outcome, []),
  );
});
