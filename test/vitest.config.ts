import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { FlakyReporter } from './flaky-reporter.ts';

// The folder into which each suite writes its counts, for whoever adds them up.
const resultsFolder = process.env['TEST_RESULTS_FOLDER'];

// Tests about single files and folders of the source, which do not change global state.
const rooms = ['{architecture,core}/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Vitest must not transform the built packages: Node then loads them as it does for users, which is also faster.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    projects: [
      // Files of one worker share their modules: to load them for each file takes more time than to run it.
      { extends: true, test: { name: 'rooms', include: rooms, isolate: false } },
      {
        extends: true,
        test: { name: 'whole', include: ['**/*.test.ts'], exclude: [...configDefaults.exclude, ...rooms] },
      },
    ],
    // Most tests wait for servers, not for a processor.
    maxWorkers: availableParallelism() + 1,
    // In CI, nobody can look at a failure immediately, so a failed test runs a second time and is reported.
    retry: process.env['CI'] ? 1 : 0,
    reporters: resultsFolder
      ? ['default', new FlakyReporter(), ['json', { outputFile: join(resultsFolder, 'test.json') }]]
      : ['default', new FlakyReporter()],
    coverage: {
      provider: 'v8',
      // Some tests run core from its source, and others use the built packages; both count as coverage of the source.
      include: ['packages/*/{src,dist}/**/*.{ts,js}'],
      exclude: ['**/*.d.ts'],
      allowExternal: true,
      reportOnFailure: true,
      reporter: ['text', 'html', 'json-summary'],
      reportsDirectory: '../coverage',
    },
  },
});
