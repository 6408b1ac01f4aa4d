import type { Plan } from './plan.ts';
import { simulate, type RunResult } from './simulate.ts';

/** A message from a worker process. */
export type WorkerAnswer =
  { readonly kind: 'ready' } | { readonly kind: 'lived'; readonly result: RunResult };

const say = (answer: WorkerAnswer): void => void process.send?.(answer);

process.on('message', (plan: Plan) => {
  void simulate(plan).then((result) => say({ kind: 'lived', result }));
});
process.once('disconnect', () => process.exit());
say({ kind: 'ready' });
