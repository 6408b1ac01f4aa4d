import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The folder into which each suite writes its counts, for whoever adds them up.
const resultsFolder = process.env['TEST_RESULTS_FOLDER'];

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: resultsFolder
      ? ['default', ['json', { outputFile: join(resultsFolder, 'test.json') }]]
      : ['default'],
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
