import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { FlakyReporter } from './flaky-reporter.ts';
import { LongestFirst } from './longest-first.ts';

// The folder for the results of each test suite, which another script combines.
const resultsFolder = process.env['TEST_RESULTS_FOLDER'];

const cores = availableParallelism();
// A process for each file, or a test that waits for nothing, keeps a core busy. Most tests wait for servers, and use
// little CPU time.
const [busy, waiting] = [cores + 1, cores * 2 + 1];

// Tests about single files and folders of the source.
const ofSource = ['{architecture,core}/**/*.test.ts'];
// Tests that look at every connection or every measurement of their process.
const alone = [
  '{express,koa}/*.test.ts',
  'telemetry/{register-instruments,register-metrics,trace-operations}.test.ts',
  'telemetry/status-page/{browser,bundled-app,endpoints,frameworks,present-connections}.test.ts',
];

// Tests of whole programs, which take many seconds each: `npm test -- --all` runs them too.
const ofPrograms = ['{examples,record,release,simulate}/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Vitest does not transform the built packages, so that Node loads them as in an application, which is also faster.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          maxWorkers: busy,
          sequence: { groupOrder: 1 },
        },
      },
      // All others leave the global state of their process as it was, so that their files can share a process: those
      // about the source, and those about the built packages, which are a second copy of it. Starting a process and
      // loading the modules for each file would take longer than most of the tests. A process that runs many files also
      // shows what one client leaves behind for the next.
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...alone, ...ofPrograms, ...ofSource],
          isolate: false,
          maxWorkers: waiting,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: ofPrograms,
          isolate: false,
          maxWorkers: waiting,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'source',
          include: ofSource,
          isolate: false,
          maxWorkers: busy,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    sequence: { sequencer: LongestFirst },
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
