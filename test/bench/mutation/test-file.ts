type Work = () => unknown;
type Hook = 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll';

interface Suite {
  readonly parent: Suite | undefined;
  readonly hooks: Readonly<Record<Hook, Work[]>>;
  hasBegun: boolean;
}

interface Test {
  readonly suite: Suite;
  readonly work: Work;
}

/** Runs one hook or test body; rejects if it throws or never ends. */
export type Runner = (work: Work) => Promise<void>;

let current: TestFile | undefined;

/** The tests of one file, which can run individually and in any order. */
export class TestFile {
  readonly #tests: Test[] = [];
  readonly #begun: Suite[] = [];
  #suite: Suite = suiteIn(undefined);
  #atEnd: Work[] = [];

  /** Loads a test file, and collects the tests that it declares. */
  constructor(load: () => void) {
    enter(this);
    load();
  }

  get length(): number {
    return this.#tests.length;
  }

  /** Runs one test with its hooks. */
  async run(index: number, runner: Runner): Promise<void> {
    const test = this.#tests[index];
    if (test === undefined) throw new Error('There is no such test.');
    const suites = suitesOf(test.suite);
    enter(this);
    this.#atEnd = [];
    try {
      for (const suite of suites.filter(({ hasBegun }) => !hasBegun)) {
        suite.hasBegun = true;
        this.#begun.push(suite);
        for (const work of suite.hooks.beforeAll) await runner(work);
      }
      for (const work of suites.flatMap(({ hooks }) => hooks.beforeEach)) await runner(work);
      await runner(test.work);
    } finally {
      const hooks = suites.toReversed().flatMap((suite) => suite.hooks.afterEach);
      for (const work of [...hooks, ...this.#atEnd.toReversed()]) await runner(work);
    }
  }

  /** Must be called after the last test; runs the hooks for the end. */
  async end(runner: Runner): Promise<void> {
    const hooks = this.#begun.toReversed().flatMap((suite) => suite.hooks.afterAll);
    for (const work of hooks) await runner(work);
  }

  describe(declare: Work): void {
    const outer = this.#suite;
    this.#suite = suiteIn(outer);
    declare();
    this.#suite = outer;
  }

  it(work: Work): void {
    this.#tests.push({ suite: this.#suite, work });
  }

  hook(hook: Hook, work: Work): void {
    this.#suite.hooks[hook].push(work);
  }

  atEnd(work: Work): void {
    this.#atEnd.push(work);
  }
}

type Each = (
  rows: readonly unknown[],
) => (title: string, work: (...row: readonly unknown[]) => unknown) => void;

/** The functions of `vitest` with which test files declare tests. */
export const declarations = {
  describe: withEach((work) => file().describe(work)),
  it: withEach((work) => file().it(work)),
  onTestFinished: (work: Work) => file().atEnd(work),
  beforeAll: (work: Work) => file().hook('beforeAll', work),
  beforeEach: (work: Work) => file().hook('beforeEach', work),
  afterEach: (work: Work) => file().hook('afterEach', work),
  afterAll: (work: Work) => file().hook('afterAll', work),
};

function withEach(declare: (work: Work) => void): ((title: string, work: Work) => void) & { each: Each } {
  const each: Each = (rows) => (_title, work) => {
    // As in vitest, `each` passes the items of a row as separate arguments only if all rows are arrays.
    const areSpread = rows.every(Array.isArray);
    for (const row of rows) declare(() => work(...(areSpread ? (row as unknown[]) : [row])));
  };
  return Object.assign((_title: string, work: Work) => declare(work), { each });
}

function enter(next: TestFile): void {
  current = next;
}

function file(): TestFile {
  if (current === undefined) throw new Error('A test is declared outside a file of tests.');
  return current;
}

function suiteIn(parent: Suite | undefined): Suite {
  const hooks = { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] };
  return { parent, hooks, hasBegun: false };
}

function suitesOf(suite: Suite): Suite[] {
  return suite.parent === undefined ? [suite] : [...suitesOf(suite.parent), suite];
}
