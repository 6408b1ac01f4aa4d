import type { Reporter, TestCase } from 'vitest/node';

/**
 * Names, at the end of a run, the tests that failed and passed when they were run again. Each flaky test has a cause
 * that must be found.
 */
export class FlakyReporter implements Reporter {
  readonly #flaky: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return;
    const [failure] = test.result().errors ?? [];
    this.#flaky.push(`${test.module.relativeModuleId}: ${test.fullName}\n    ${failure?.message ?? ''}`);
  }

  onTestRunEnd(): void {
    if (this.#flaky.length === 0) return;
    console.log(`\nPassed only when run again (${this.#flaky.length}):`);
    for (const line of this.#flaky) console.log(`  ${line}`);
  }
}
