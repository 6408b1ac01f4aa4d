import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutants.js';

/** How the tests took a mutant. */
export type Fate = 'killed' | 'timed out' | 'survived';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const timeoutMs = 40_000;

/** A copy of core and of its pure tests, in a temporary folder, where files may be broken. */
export class Workshop implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'redis-resilience-mutants-'));

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
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'), 'dir');
  }

  source(file: string): string {
    return readFileSync(join(this.#folder, 'packages/core/src', file), 'utf8');
  }

  /** Runs the tests on a mutant, or, without one, on what is there. */
  async fateOf(tests: readonly string[], mutant?: Mutant): Promise<Fate> {
    if (mutant === undefined) return this.#run(tests);
    const path = join(this.#folder, 'packages/core/src', mutant.file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, source.slice(0, mutant.start) + mutant.replacement + source.slice(mutant.end));
    try {
      return await this.#run(tests);
    } finally {
      writeFileSync(path, source);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #run(tests: readonly string[]): Promise<Fate> {
    const args = [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--pool=threads',
      '--maxWorkers=1',
      '--no-isolate',
      '--bail=1',
      '--reporter=dot',
      '--testTimeout=10000',
      ...tests.map((test) => `core/${test}`),
    ];
    const child = spawn(process.execPath, args, {
      cwd: join(this.#folder, 'test'),
      stdio: 'ignore',
      env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
    });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    if (isLate) return 'timed out';
    return code === 0 ? 'survived' : 'killed';
  }
}
