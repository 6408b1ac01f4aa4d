import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { JudgeAnswer, JudgeQuestion } from './judge.js';

const judgeFile = fileURLToPath(new URL('./judge.js', import.meta.url));

/**
 * Time limit in milliseconds for a child process to start, and between two of its messages while it works.
 */
const silenceMs = 4_000;

/**
 * A child process that runs tests against mutants. The child process is replaced after a mutant that never ends, or
 * that ends the process.
 */
export class JudgeProcess implements AsyncDisposable {
  #process: ChildProcess | undefined;

  /**
   * Sends one request; resolves with `undefined` if there is no answer. While the process runs all tests for the first
   * time, the time limit for a message is longer, because their durations are not known yet.
   */
  async ask(question: JudgeQuestion): Promise<JudgeAnswer | undefined> {
    const judge = (this.#process ??= await appoint());
    judge.send(question, () => {});
    const answer = await heard(judge, question.kind === 'survey' ? 120_000 : silenceMs);
    if (answer === undefined) await this[Symbol.asyncDispose]();
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const judge = this.#process;
    this.#process = undefined;
    if (judge === undefined || judge.exitCode !== null || judge.signalCode !== null) return;
    judge.kill('SIGKILL');
    await once(judge, 'exit');
  }
}

async function appoint(): Promise<ChildProcess> {
  const judge = fork(judgeFile, {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // A mutant may allocate memory in an endless loop.
    execArgv: ['--max-old-space-size=1024'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
  if ((await heard(judge, 60_000))?.kind !== 'ready')
    throw new Error('The tests cannot be started: run "npm install" and try again.');
  return judge;
}

/** Resolves with the next message; `undefined` if the process ends first, or sends nothing within the time limit. */
function heard(judge: ChildProcess, limitMs: number): Promise<JudgeAnswer | undefined> {
  return new Promise((resolve) => {
    const settle = (answer: JudgeAnswer | undefined): void => {
      clearTimeout(timer);
      judge.off('message', onMessage);
      judge.off('exit', onExit);
      resolve(answer);
    };
    const onMessage = (answer: JudgeAnswer): void => {
      if (answer.kind !== 'running') return settle(answer);
      clearTimeout(timer);
      timer = setTimeout(onExit, silenceMs + 5 * answer.ms);
    };
    const onExit = (): void => settle(undefined);
    let timer = setTimeout(onExit, limitMs);
    judge.on('message', onMessage);
    judge.on('exit', onExit);
  });
}
