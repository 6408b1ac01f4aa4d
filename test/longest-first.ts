import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Files that take at least 15 s. Vitest knows the durations only where tests have run before.
const clusters = /\/topology\/cluster-\w+\.test\.ts$/;
const others =
  /\/(simulate\/simulate|examples\/(demo|shops)|docs\/snippets|cli\/drill|queues\/as-it-is|status-page\/browser)\.test\.ts$/;

/**
 * Starts the files that take longest first, so that no worker runs one of them while the others have nothing to do.
 * Those that start many clusters alternate with others, because many clusters that start at a time slow each other down.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own method of that name
    const sorted = await super.sort(files);
    const isIn = (shape: RegExp) => sorted.filter(({ moduleId }) => shape.test(moduleId));
    const [first, second] = [isIn(others), isIn(clusters)];
    const long = Array.from({ length: Math.max(first.length, second.length) }, (_, index) => [
      ...first.slice(index, index + 1),
      ...second.slice(index, index + 1),
    ]).flat();
    return [...new Set([...long, ...sorted])];
  }
}
