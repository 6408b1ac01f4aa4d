import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Files that take at least 15 s. Vitest knows the durations only where tests have run before.
const long =
  /\/(simulate\/simulate|examples\/(demo|shops)|docs\/snippets|cli\/drill|queues\/as-it-is|topology\/cluster-\w+|status-page\/browser)\.test\.ts$/;

/** Starts the files that take longest first, so that no worker runs one of them while the others have nothing to do. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own method of that name
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  return long.test(moduleId) ? 0 : 1;
}
