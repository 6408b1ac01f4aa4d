import { createVitest, type TestSpecification, type Vitest } from 'vitest/node';

/** What a judge is asked: whether these tests pass now that those files have changed. */
export interface JudgeQuestion {
  /** Absolute paths of the files that changed since the last question. */
  readonly changed: readonly string[];
  /** Absolute paths of the tests, in the order to run them; the first that fails ends it. */
  readonly tests: readonly string[];
}

/** What a judge says: once that it is ready, then whether all passed, question by question. */
export type JudgeAnswer = 'ready' | 'passed' | 'failed';

class InOrder {
  sort(files: TestSpecification[]): TestSpecification[] {
    return files;
  }

  shard(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
}

async function answer(vitest: Vitest, { changed, tests }: JudgeQuestion): Promise<JudgeAnswer> {
  for (const file of changed) vitest.invalidateFile(file);
  const project = vitest.getRootProject();
  const result = await vitest.rerunTestSpecifications(tests.map((test) => project.createSpecification(test)));
  const ran = result.testModules.filter(({ moduleId }) => tests.includes(moduleId));
  const passed =
    result.unhandledErrors.length === 0 && ran.length === tests.length && ran.every((file) => file.ok());
  return passed ? 'passed' : 'failed';
}

const vitest = await createVitest('test', {
  watch: false,
  pool: 'threads',
  maxWorkers: 1,
  isolate: false,
  bail: 1,
  sequence: { sequencer: InOrder },
  reporters: [{}],
  silent: true,
  testTimeout: 10_000,
});
await vitest.standalone();
const say = (said: JudgeAnswer): void => void process.send?.(said);
process.on('message', (question: JudgeQuestion) => void answer(vitest, question).then(say));
process.once('disconnect', () => process.exit());
say('ready');
