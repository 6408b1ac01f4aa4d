import { describe, expect, it } from 'vitest';
import {
  firstDatabaseState,
  type DatabaseEffect,
  type DatabaseSignal,
  type DatabaseState,
  type Verdict,
} from '../../../packages/core/src/databases/database-state.ts';
import {
  changeDueAt,
  databaseTransition,
  nextChoiceAt,
} from '../../../packages/core/src/databases/database-transition.ts';

const away: Verdict = { reason: 'connection-refused', onlyWrites: false, patienceMs: 150 };
const readOnly: Verdict = { reason: 'read-only', onlyWrites: true, patienceMs: 150 };
const failbackMs = 60_000;

/** Databases on a clock of their own. A planned switch to another database succeeds immediately. */
class Databases {
  now = 1_000;
  state: DatabaseState;
  readonly effects: (DatabaseEffect & { readonly at: number })[] = [];
  /** Whether calls are in flight at every planned change, so that the change has to wait. */
  neverAtPeace = false;
  readonly #failbackMs: number | undefined;

  constructor(
    members: readonly { readonly name: string; readonly weight?: number; readonly isReadOnly?: boolean }[],
    { failbackMs: given = failbackMs }: { readonly failbackMs?: number | undefined } = {},
  ) {
    this.#failbackMs = given === Infinity ? undefined : given;
    this.state = firstDatabaseState(
      members.map(({ name, weight = 1, isReadOnly = false }) => ({ name, weight, isReadOnly })),
    );
  }

  give(signal: DatabaseSignal): this {
    const moment = { now: this.now, failbackMs: this.#failbackMs, jitter: 1 };
    const [state, effect] = databaseTransition(this.state, signal, moment);
    this.state = state;
    if (effect === undefined) return this;
    this.effects.push({ ...effect, at: this.now });
    if (effect.kind !== 'change-in-peace') return this;
    return this.give({ kind: this.neverAtPeace ? 'postponed' : 'changed' });
  }

  /** Lets time pass, and sends each timed signal when it is due. */
  pass(ms: number): this {
    const until = this.now + ms;
    for (let turn = 0; turn < 100; turn++) {
      const at = nextChoiceAt(this.state, { now: this.now, failbackMs: this.#failbackMs, jitter: 1 });
      if (at === undefined || at > until) break;
      this.now = Math.max(this.now, at);
      this.give({ kind: 'ticked' });
    }
    this.now = until;
    return this;
  }

  proven(...names: readonly string[]): this {
    for (const name of names) this.give({ kind: 'proven', name });
    return this;
  }

  judged(verdict: Verdict | undefined): this {
    return this.give({ kind: 'judged', verdict });
  }
}

const two = [{ name: 'first', weight: 2 }, { name: 'second' }];

describe('the choice of a database', () => {
  it('begins with the highest weight that takes writes, and among equal ones with the first', () => {
    expect(new Databases([{ name: 'a' }, { name: 'b' }]).state.inUse).toBe('a');
    expect(new Databases([{ name: 'a' }, { name: 'b', weight: 3 }]).state.inUse).toBe('b');
    expect(new Databases([{ name: 'a', weight: 9, isReadOnly: true }, { name: 'b' }]).state.inUse).toBe('b');
  });

  it('goes over when the verdict has stood for its patience, to a database that answered since', () => {
    const databases = new Databases(two).proven('second').pass(10).judged(away).pass(10).proven('second');
    expect(databases.effects).toEqual([]);
    databases.pass(1_000);
    expect(databases.effects).toEqual([
      { kind: 'go-over', from: 'first', to: 'second', reason: 'connection-refused', at: 1_160 },
    ]);
    expect(databases.state).toMatchObject({ inUse: 'second', verdict: undefined });
  });

  it('does not go over to a database that has not answered since the verdict', () => {
    const databases = new Databases(two).proven('second').pass(10).judged(away).pass(10_000);
    expect(databases.effects).toEqual([]);
    databases.proven('second');
    expect(databases.effects).toMatchObject([{ to: 'second', at: 11_010 }]);
  });

  it('does not go over when the verdict is taken back in time', () => {
    const databases = new Databases(two).judged(away).proven('second').pass(149).judged(undefined);
    expect(databases.pass(10_000).effects).toEqual([]);
  });

  it('keeps the time of the first verdict when another reason follows', () => {
    const databases = new Databases(two).judged(away).proven('second').pass(100);
    databases.judged({ ...away, reason: 'connect-timeout' }).pass(1_000);
    expect(databases.effects).toMatchObject([{ reason: 'connect-timeout', at: 1_150 }]);
  });

  it('shortens the patience when a worse reason follows, and never lengthens it', () => {
    const refused: Verdict = { reason: 'auth', onlyWrites: false, patienceMs: 5_000 };
    const databases = new Databases(two).judged(refused).proven('second').pass(1_000).judged(away).pass(150);
    expect(databases.effects).toMatchObject([{ at: 2_150 }]);
  });

  it('takes the highest of those that answered, and a read-only one only when there is no other', () => {
    const members = [
      { name: 'first', weight: 9 },
      { name: 'replica', weight: 8, isReadOnly: true },
      { name: 'third', weight: 1 },
      { name: 'second', weight: 2 },
    ];
    const all = new Databases(members).judged(away).proven('replica', 'third', 'second').pass(150);
    expect(all.effects).toMatchObject([{ to: 'second' }]);
    const onlyReplica = new Databases(members).judged(away).proven('replica').pass(150);
    expect(onlyReplica.effects).toMatchObject([{ to: 'replica' }]);
  });

  it('does not go over to a read-only database when only writes are away', () => {
    const members = [...two, { name: 'replica', isReadOnly: true }];
    const databases = new Databases(members).judged(readOnly).proven('replica').pass(10_000);
    expect(databases.effects).toEqual([]);
    expect(databases.proven('second').effects).toMatchObject([{ to: 'second', reason: 'read-only' }]);
  });

  it('says when a change is due, while another database is in sight', () => {
    const databases = new Databases(two).judged(away);
    expect(changeDueAt(databases.state)).toBeUndefined();
    expect(changeDueAt(databases.proven('second').state)).toBe(1_150);
    expect(changeDueAt(databases.give({ kind: 'lost', name: 'second' }).state)).toBeUndefined();
  });
});

describe('coming back', () => {
  const goneOver = (options?: { readonly failbackMs?: number }): Databases =>
    new Databases(two, options).judged(away).proven('second').pass(150);

  it('waits for unbroken health of the preferred database', () => {
    const databases = goneOver().proven('first').pass(59_000);
    databases.give({ kind: 'lost', name: 'first' }).proven('first').pass(59_999);
    expect(databases.effects).toHaveLength(1);
    databases.pass(1);
    expect(databases.effects[1]).toMatchObject({
      kind: 'change-in-peace',
      to: 'first',
      reason: 'coming-back',
    });
    expect(databases.state.inUse).toBe('first');
  });

  it('does not happen by itself when it is switched off', () => {
    expect(goneOver({ failbackMs: Infinity }).proven('first').pass(10_000_000).effects).toHaveLength(1);
  });

  it('leads to the first of the list among databases of equal weight, and from there to no other', () => {
    const databases = new Databases([{ name: 'a' }, { name: 'b' }]).judged(away).proven('b').pass(150);
    expect(databases.proven('a').pass(failbackMs).state.inUse).toBe('a');
    expect(databases.proven('b').pass(10_000_000).state.inUse).toBe('a');
  });

  it('takes twice as long each time that it was too soon', () => {
    const databases = goneOver().proven('first').pass(60_000);
    const relapse = (): void => void databases.pass(1_000).judged(away).proven('second').pass(150);
    relapse();
    databases.proven('first').pass(119_999);
    expect(databases.state.inUse).toBe('second');
    expect(databases.pass(1).state.inUse).toBe('first');
    relapse();
    databases.proven('first').pass(239_999);
    expect(databases.state.inUse).toBe('second');
    expect(databases.pass(1).state.inUse).toBe('first');
    databases.pass(1_000_000).judged(away).proven('second').pass(150).proven('first').pass(60_000);
    expect(databases.state.inUse).toBe('first');
  });

  it.each([0, 100, 1_000, 2_000, 60_000])(
    'of a first database that is up and down every 2 s for a minute never happens, also after %i ms of health',
    (ms) => {
      const databases = new Databases(two, { failbackMs: ms });
      for (let second = 0; second < 60; second += 4) {
        if (databases.state.inUse === 'first') databases.judged(away).proven('second');
        else databases.give({ kind: 'lost', name: 'first' });
        databases.pass(2_000);
        if (databases.state.inUse === 'first') databases.judged(undefined);
        else databases.proven('first');
        databases.pass(2_000);
      }
      expect(databases.effects).toHaveLength(1);
    },
  );

  it('waits for a quarter longer than the database was away, but for 2.5 s at most', () => {
    const backAfter = (awayMs: number): number => {
      const databases = goneOver({ failbackMs: 100 })
        .pass(awayMs - 150)
        .proven('first');
      const wellAt = databases.now;
      return (databases.pass(10_000).effects[1]?.at ?? Infinity) - wellAt;
    };
    expect([200, 1_000, 3_600_000].map(backAfter)).toEqual([250, 1_250, 2_500]);
  });

  it('is put off for longer each time that there was no peace for it', () => {
    const databases = goneOver().proven('first').pass(59_000);
    databases.neverAtPeace = true;
    databases.pass(10_000);
    expect(databases.effects.slice(1).map(({ at }) => at - 61_150)).toEqual([0, 1_000, 3_000, 7_000]);
  });

  it('leaves a read-only database as soon as another one answers, and later after a relapse', () => {
    const databases = new Databases([{ name: 'first' }, { name: 'replica', isReadOnly: true }], {
      failbackMs: Infinity,
    });
    databases.judged(away).proven('replica').pass(150).pass(5_000).proven('first');
    expect(databases.effects).toMatchObject([{ to: 'replica' }, { to: 'first', at: 6_150 }]);
    databases.pass(1_000).judged(away).proven('replica').pass(150).proven('first').pass(3_999);
    expect(databases.state.inUse).toBe('replica');
    expect(databases.pass(1).state.inUse).toBe('first');
  });
});

describe('a change by hand', () => {
  it('is made in peace while the database in use serves, and stays', () => {
    const databases = new Databases(two)
      .proven('second')
      .give({ kind: 'asked', name: 'second', isNamed: true });
    expect(databases.effects).toMatchObject([{ kind: 'change-in-peace', to: 'second', reason: 'by-hand' }]);
    expect(databases.proven('first').pass(10_000_000).state.inUse).toBe('second');
  });

  it('to the preferred database lets it fail and come back as before', () => {
    const databases = new Databases(two)
      .proven('second')
      .give({ kind: 'asked', name: 'second', isNamed: true });
    databases.proven('first').give({ kind: 'asked', name: 'first', isNamed: true });
    databases.judged(away).proven('second').pass(150).proven('first').pass(1_000_000);
    expect(databases.state.inUse).toBe('first');
  });

  it('to a read-only database stays if the application named that database', () => {
    const inUseAfter = (isNamed: boolean): string => {
      const databases = new Databases([{ name: 'first' }, { name: 'replica', isReadOnly: true }]);
      databases.proven('replica').give({ kind: 'asked', name: 'replica', isNamed });
      return databases.proven('first').pass(10_000_000).state.inUse;
    };
    expect([inUseAfter(true), inUseAfter(false)]).toEqual(['replica', 'first']);
  });

  it('is made at once while the database in use is away', () => {
    const databases = new Databases(two).judged({ ...away, patienceMs: 100_000 }).proven('second');
    databases.give({ kind: 'asked', name: 'second', isNamed: true });
    expect(databases.effects).toMatchObject([{ kind: 'go-over', to: 'second', reason: 'by-hand' }]);
  });

  it('ends when the chosen database is away', () => {
    const databases = new Databases(two)
      .proven('second')
      .give({ kind: 'asked', name: 'second', isNamed: true });
    databases.judged(away).proven('first').pass(150);
    expect(databases.state).toMatchObject({ inUse: 'first', isChosenByHand: false });
  });

  it('a weight given at run time makes another database the preferred one', () => {
    const databases = new Databases(two).proven('second').pass(failbackMs);
    databases.give({ kind: 'weighed', name: 'second', weight: 3 });
    expect(databases.effects).toMatchObject([
      { kind: 'change-in-peace', to: 'second', reason: 'coming-back' },
    ]);
  });
});
