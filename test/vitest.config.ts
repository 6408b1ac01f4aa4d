import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { FlakyReporter } from './flaky-reporter.ts';

// The folder into which each suite writes its counts, for whoever adds them up.
const resultsFolder = process.env['TEST_RESULTS_FOLDER'];

// About single files and rooms: they keep no state of the process.
const rooms = ['{architecture,core}/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Node loads built packages itself, as for their users, and faster than when they are transformed for each file.
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
    // Where nobody can look at once, a test that fails is run a second time, and named.
    retry: process.env['CI'] ? 1 : 0,
    reporters: resultsFolder
      ? ['default', new FlakyReporter(), ['json', { outputFile: join(resultsFolder, 'test.json') }]]
      : ['default', new FlakyReporter()],
    coverage: {
      provider: 'v8',
      // Tests run core from its source and the rest as it is published: both count for the source.
      include: ['packages/*/{src,dist}/**/*.{ts,js}'],
      exclude: ['**/*.d.ts'],
      allowExternal: true,
      reportOnFailure: true,
      reporter: ['text', 'html', 'json-summary'],
      reportsDirectory: '../coverage',
    },
  },
});
