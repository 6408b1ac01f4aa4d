import { parentPort } from 'node:worker_threads';
import { simulate, type Scenario } from './simulate.js';
import { strategies, type StrategyName } from './strategies.js';

/** One run, asked of a worker. */
export interface Job {
  readonly strategy: StrategyName;
  readonly scenario: Scenario;
}

// Millions of attempts fail here: nobody looks at their stacks.
Error.stackTraceLimit = 0;

parentPort?.on('message', (job: Job) => {
  void simulate(strategies[job.strategy], job.scenario).then((outcome) =>
    parentPort?.postMessage(outcome, []),
  );
});
