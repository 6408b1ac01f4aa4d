import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Plan } from './plan.ts';
import type { RunResult } from './simulate.ts';
import type { WorkerAnswer } from './worker.ts';

/** Time limit for one run in milliseconds, longer than any run takes. */
const mostMs = 180_000;

/** Child processes that run plans: one for each CPU core. */
export class Crew implements AsyncDisposable {
  readonly #script: string;
  readonly #workers: ChildProcess[] = [];

  /** `script` is the path of the built worker.ts. */
  constructor(script: string) {
    this.#script = script;
  }

  /**
   * Runs the plans, and resolves with their results in the same order; if `onResult` returns true, no further
   * plan starts.
   */
  async live(
    plans: readonly Plan[],
    onResult: (result: RunResult, done: number) => boolean = () => false,
  ): Promise<readonly RunResult[]> {
    const results: RunResult[] = [];
    let next = 0;
    let done = 0;
    let isOver = false;
    const work = async (index: number): Promise<void> => {
      while (!isOver && next < plans.length) {
        const at = next++;
        const result = await this.#liveOne(index, plans[at] as Plan);
        results[at] = result;
        isOver = onResult(result, ++done) || isOver;
      }
    };
    const count = Math.min(plans.length, availableParallelism());
    await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
    return results.filter((result) => result !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#workers.map(async (worker) => {
        if (worker.exitCode !== null || worker.signalCode !== null) return;
        worker.kill('SIGKILL');
        await once(worker, 'exit');
      }),
    );
  }

  async #liveOne(index: number, plan: Plan): Promise<RunResult> {
    const known = this.#workers[index];
    const isNew = known === undefined || known.exitCode !== null || known.signalCode !== null;
    const worker = isNew ? fork(this.#script, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }) : known;
    this.#workers[index] = worker;
    if (isNew) await heard(worker);
    worker.send(plan);
    const answer = await heard(worker);
    if (answer?.kind === 'lived') return answer.result;
    worker.kill('SIGKILL');
    return endedIn(plan);
  }
}

/** Resolves with the next message; undefined if the worker process ends or exceeds the time limit. */
async function heard(worker: ChildProcess): Promise<WorkerAnswer | undefined> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), mostMs);
  const { signal } = over;
  try {
    return await Promise.race([
      once(worker, 'message', { signal }).then(([answer]) => answer as WorkerAnswer),
      once(worker, 'exit', { signal }).then(() => undefined),
    ]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

function endedIn({ seed }: Plan): RunResult {
  const text = 'the process ended, or did not end at all';
  return {
    seed,
    findings: [{ kind: 'uncaught', atMs: 0, text }],
    digest: 'none',
    calls: 0,
    connections: 0,
    slowestRecoveryMs: 0,
    isHistoryUndecided: false,
  };
}
