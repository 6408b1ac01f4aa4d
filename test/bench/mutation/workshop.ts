import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JudgeAnswer, JudgeQuestion } from './judge.js';
import type { Mutant } from './mutants.js';

/** How the tests took a mutant. */
export type Fate = 'killed' | 'timed out' | 'survived';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const judgeFile = fileURLToPath(new URL('./judge.js', import.meta.url));

/** A copy of core and of its pure tests, in a temporary folder, where files may be broken, and a judge of it. */
export class Workshop implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'redis-resilience-mutants-'));
  readonly #changed = new Set<string>();
  #judge: ChildProcess | undefined;

  constructor() {
    for (const part of [
      'packages/core/src',
      'packages/core/tsconfig.json',
      'test/core',
      'tsconfig.base.json',
    ]) {
      cpSync(join(root, part), join(this.#folder, part), { recursive: true });
    }
    mkdirSync(join(this.#folder, 'test'), { recursive: true });
    writeFileSync(join(this.#folder, 'test/package.json'), '{ "type": "module" }\n');
    writeFileSync(
      join(this.#folder, 'test/tsconfig.json'),
      '{ "extends": "../tsconfig.base.json", "include": ["**/*.ts"] }\n',
    );
    // What the tests draw is the same at each run.
    writeFileSync(
      join(this.#folder, 'test/vitest.config.ts'),
      "export default { test: { setupFiles: ['./fixed-seed.ts'] } };\n",
    );
    writeFileSync(
      join(this.#folder, 'test/fixed-seed.ts'),
      "import fc from 'fast-check';\nfc.configureGlobal({ seed: 1 });\n",
    );
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'), 'dir');
  }

  source(file: string): string {
    return readFileSync(this.#pathOf(file), 'utf8');
  }

  /** Runs the tests on what is there, and tells how long they take. */
  async durationOf(tests: readonly string[], limitMs: number): Promise<number> {
    const startedAt = performance.now();
    if ((await this.#run(tests, limitMs)) !== 'survived')
      throw new Error(`The tests fail before anything is changed: ${tests.join(', ')}`);
    return performance.now() - startedAt;
  }

  /** Runs the tests on a mutant; what takes longer than the limit goes on for ever. */
  async fateOf(mutant: Mutant, tests: readonly string[], limitMs: number): Promise<Fate> {
    const path = this.#pathOf(mutant.file);
    const source = readFileSync(path, 'utf8');
    const write = (text: string): void => {
      writeFileSync(path, text);
      this.#changed.add(path);
    };
    write(source.slice(0, mutant.start) + mutant.replacement + source.slice(mutant.end));
    try {
      return await this.#run(tests, limitMs);
    } finally {
      write(source);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dismiss();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #pathOf(file: string): string {
    return join(this.#folder, 'packages/core/src', file);
  }

  async #run(tests: readonly string[], limitMs: number): Promise<Fate> {
    const judge = (this.#judge ??= await this.#appoint());
    const question: JudgeQuestion = {
      changed: [...this.#changed],
      tests: tests.map((test) => join(this.#folder, 'test/core', test)),
    };
    this.#changed.clear();
    judge.send(question, () => {});
    const answer = await heard(judge, limitMs);
    if (answer === 'nothing' || answer === 'ended') await this.#dismiss();
    if (answer === 'nothing') return 'timed out';
    return answer === 'passed' ? 'survived' : 'killed';
  }

  async #appoint(): Promise<ChildProcess> {
    const judge = fork(judgeFile, {
      cwd: join(this.#folder, 'test'),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // A mutant may collect without end.
      execArgv: ['--max-old-space-size=1024'],
      env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
    });
    if ((await heard(judge, 60_000)) !== 'ready')
      throw new Error('The tests cannot be started: run "npm install" and try again.');
    return judge;
  }

  async #dismiss(): Promise<void> {
    const judge = this.#judge;
    this.#judge = undefined;
    if (judge === undefined || judge.exitCode !== null || judge.signalCode !== null) return;
    judge.kill('SIGKILL');
    await once(judge, 'exit');
  }
}

async function heard(judge: ChildProcess, limitMs: number): Promise<JudgeAnswer | 'ended' | 'nothing'> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), limitMs);
  const { signal } = over;
  try {
    return await Promise.race([
      once(judge, 'message', { signal }).then(([answer]) => answer as JudgeAnswer),
      once(judge, 'exit', { signal }).then(() => 'ended' as const),
    ]);
  } catch {
    return 'nothing';
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
