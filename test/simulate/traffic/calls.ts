import { HistoryRecorder, type Operation, type Outcome, type Task } from '@redis-resilience/testing/history';
import { anyDatabase, perDatabase } from '../../bench/record/check/databases-of.ts';
import type { Findings } from '../watch/findings.ts';
import type { SimulatedTime } from '../time/simulated-time.ts';

/** How often a write may run: at most `once`, or, if it is `repeatable`, any number of times until it gets a reply. */
export type Repetition = 'once' | 'repeatable';

/** What must be true of a call. */
export interface Promised {
  /** Time limit in milliseconds in which the call must settle. */
  readonly withinMs: number;
  /** If the call writes: the unique tag in its arguments, and how often it may run. */
  readonly tag?: string;
  readonly repetition?: Repetition;
  /** The command as it appears in the history. */
  readonly task?: Task;
  /** Whether the server remembers the call, and therefore never runs it twice unless it loses its data. */
  readonly isRemembered?: boolean;
  /** Whether the call may run after it has settled, because the outbox has kept it. */
  readonly isKept?: boolean;
  /** Whether the call must not fail. */
  readonly neverFails?: boolean;
}

interface Call {
  readonly name: string;
  readonly promised: Promised;
  readonly issuedAt: number;
  readonly stoodStillBefore: number;
  settledAt: number | undefined;
  outcome: Outcome | 'answered' | undefined;
}

/**
 * Tolerance for late ends of calls: timers fire at whole milliseconds, and core waits two turns of the event loop for
 * replies before it fails an overdue call.
 */
const latenessMs = 25;

/** Records all calls of a run: when and how they settle, and how often their writes run. */
export class Calls {
  readonly #time: SimulatedTime;
  readonly #findings: Findings;
  readonly #recorder: HistoryRecorder;
  readonly #calls: Call[] = [];
  readonly #byTag = new Map<string, Call>();
  readonly #ran = new Map<string, number>();
  readonly #databases: readonly string[];
  /** The indexes in the history of calls that were in flight while the client switched to another database. */
  readonly #wentOver = new Set<number>();
  #recorded = 0;
  /** The database in use, and how often that has changed. */
  database: { name: string | undefined; changes: number } = { name: undefined, changes: 0 };
  /** For how many milliseconds in total the process has been frozen or blocked. */
  stoodStillMs = 0;
  settled = 0;
  /** Whether the server was killed and had not stored its data. */
  hasLostData = false;

  /** `databases` are the names of the databases; empty if there is only one. */
  constructor(time: SimulatedTime, findings: Findings, databases: readonly string[]) {
    this.#time = time;
    this.#findings = findings;
    this.#databases = databases;
    this.#recorder = new HistoryRecorder({ now: () => time.now() });
  }

  get issued(): number {
    return this.#calls.length;
  }

  get operations(): readonly Operation[] {
    const all = this.#recorder.operations.map((operation, index) =>
      this.#wentOver.has(index) ? { ...operation, database: anyDatabase } : operation,
    );
    return this.#databases.length === 0 ? all : perDatabase(all, this.#databases);
  }

  /** Issues a call, and records its result. */
  issue<T>(name: string, promised: Promised, run: () => Promise<T>): Promise<T | undefined> {
    const call: Call = {
      name,
      promised,
      issuedAt: this.#time.now(),
      stoodStillBefore: this.stoodStillMs,
      settledAt: undefined,
      outcome: undefined,
    };
    this.#calls.push(call);
    if (promised.tag !== undefined) this.#byTag.set(promised.tag, call);
    const { task } = promised;
    const running = task === undefined ? run() : this.#record(name, task, run);
    return running.then(
      (value) => {
        this.#settle(call, 'answered');
        return value;
      },
      (error: unknown) => {
        this.#settle(call, this.#outcomeIn(error, call));
        return undefined;
      },
    );
  }

  /** Must be called when the server has run a write with these arguments. */
  ran(args: readonly string[]): void {
    for (const arg of args) {
      const call = this.#byTag.get(arg);
      if (call === undefined) continue;
      const times = (this.#ran.get(arg) ?? 0) + 1;
      this.#ran.set(arg, times);
      const mayRepeat =
        call.promised.repetition === 'repeatable' || (this.hasLostData && call.promised.isRemembered);
      if (times > 1 && !mayRepeat) {
        this.#findings.add('ran-twice', `${call.name} ran ${times} times`);
      }
      if (call.outcome === 'not-applied') {
        this.#findings.add('wrong-outcome', `${call.name} ran, but had failed as not-applied`);
      }
    }
  }

  /** Must be called when the client has sent these bytes. */
  sent(bytes: Buffer): void {
    for (const [tag] of bytes.toString('latin1').matchAll(/\bop\d+\b/g)) {
      const call = this.#byTag.get(tag);
      if (call?.settledAt !== undefined && call.promised.isKept !== true) {
        this.#findings.add('ran-after-given-up', `${call.name} was sent after it had settled`);
      }
    }
  }

  /** Reports calls that should have settled by now. */
  lookForLate(): void {
    const now = this.#time.now();
    for (const call of this.#calls) {
      if (call.settledAt !== undefined || now <= this.#limitOf(call)) continue;
      this.#findings.add(
        'never-settled',
        `${call.name} goes on ${Math.round(now - call.issuedAt)} ms after it was issued`,
      );
    }
  }

  /**
   * Compares the outcomes with what ran: a call that succeeded must have run, and a call with `not-applied`
   * must not have run.
   */
  judgeOutcomes(): void {
    for (const { name, promised, outcome } of this.#calls) {
      if (promised.tag === undefined || promised.repetition === undefined) continue;
      const times = this.#ran.get(promised.tag) ?? 0;
      if (outcome === 'answered' && times === 0 && !this.hasLostData) {
        this.#findings.add('lost', `${name} was acknowledged and never ran`);
      }
      if (outcome === 'not-applied' && times > 0) {
        this.#findings.add('wrong-outcome', `${name} failed as not-applied, and ran`);
      }
    }
  }

  #record<T>(name: string, task: Task, run: () => Promise<T>): Promise<T> {
    const index = this.#recorded++;
    const { changes } = this.database;
    const running = this.#recorder.run(name, task, run, this.database.name);
    const look = (): void => {
      if (this.database.changes !== changes) this.#wentOver.add(index);
    };
    running.then(look, look);
    return running;
  }

  #settle(call: Call, outcome: Outcome | 'answered'): void {
    if (call.settledAt !== undefined) this.#findings.add('settled-twice', call.name);
    call.settledAt = this.#time.now();
    call.outcome = outcome;
    this.settled++;
    this.#findings.note(`${call.name} ${outcome}`);
    const lateMs = call.settledAt - this.#limitOf(call);
    if (lateMs > 0)
      this.#findings.add('late', `${call.name} settled ${Math.round(lateMs)} ms after its limit`);
    if (outcome !== 'answered' && call.promised.neverFails === true) {
      this.#findings.add('failed', `${call.name} failed, which it never may`);
    }
  }

  // While the process is frozen or blocked, the deadline of a call does not advance.
  #limitOf({ issuedAt, promised, stoodStillBefore }: Call): number {
    return issuedAt + promised.withinMs + latenessMs + 2 * (this.stoodStillMs - stoodStillBefore);
  }

  #outcomeIn(error: unknown, call: Call): Outcome {
    const { outcome, name } = error as { readonly outcome?: Outcome; readonly name?: string };
    if (outcome !== undefined) return outcome;
    if (name === 'ReplyError') return 'refused';
    this.#findings.add('strange-error', `${call.name} failed with ${String(error)}`);
    return 'unknown';
  }
}
