import { HistoryRecorder, type Operation, type Outcome, type Task } from '@redis-resilience/testing/history';
import { anyDatabase, perDatabase } from '../../bench/record/check/databases-of.ts';
import type { Findings } from '../watch/findings.ts';
import type { SimulatedTime } from '../time/simulated-time.ts';

/** How often a write with a tag may run. `repeatable`: again and again until it is answered. */
export type Repetition = 'once' | 'repeatable';

/** What a call promises. */
export interface Promised {
  /** Milliseconds within which it settles, whatever happens. */
  readonly withinMs: number;
  /** Its tag in the arguments, if it writes, and how often it may run. */
  readonly tag?: string;
  readonly repetition?: Repetition;
  /** The command, for the history. */
  readonly task?: Task;
  /** Whether the server's memory of it keeps it from running twice, which is lost with its data. */
  readonly isRemembered?: boolean;
  /** Whether it goes on after it has settled, because it was kept for later. */
  readonly isKept?: boolean;
  /** Whether it must not fail. */
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

/** For alarms of whole milliseconds, and for the two turns in which sockets are read first. */
const latenessMs = 25;

/** All calls of a run: when they settle, how, and how often their writes ran. */
export class Calls {
  readonly #time: SimulatedTime;
  readonly #findings: Findings;
  readonly #recorder: HistoryRecorder;
  readonly #calls: Call[] = [];
  readonly #byTag = new Map<string, Call>();
  readonly #ran = new Map<string, number>();
  readonly #databases: readonly string[];
  /** The places in the history of calls that were under way while another database came into use. */
  readonly #wentOver = new Set<number>();
  #recorded = 0;
  /** The database in use, and how often that has changed. */
  database: { name: string | undefined; changes: number } = { name: undefined, changes: 0 };
  /** Milliseconds for which the process has stood still so far. */
  stoodStillMs = 0;
  settled = 0;
  /** Whether the server was killed without having kept its data. */
  hasLostData = false;

  /** `databases`: their names, where there are several. */
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

  /** Issues a call; what becomes of it is written down. */
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

  /** The server ran a write with these arguments. */
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

  /** The client sends these bytes. */
  sent(bytes: Buffer): void {
    for (const [tag] of bytes.toString('latin1').matchAll(/\bop\d+\b/g)) {
      const call = this.#byTag.get(tag);
      if (call?.settledAt !== undefined && call.promised.isKept !== true) {
        this.#findings.add('ran-after-given-up', `${call.name} was sent after it had settled`);
      }
    }
  }

  /** Looks for calls that should have settled by now. */
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

  /** What answered and what was not applied is known now: it must have run, or must not. */
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

  // The deadline of a call does not run while the process stands still.
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
