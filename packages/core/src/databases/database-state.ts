import type { CauseCode } from '../cause.ts';
import type { DatabaseChangeReason } from '../database-report.ts';

/**
 * One of several Redis databases, and what is known about it. All times are monotonic. Whether the database answers is
 * recorded only while another database is in use.
 */
export interface MemberState {
  readonly name: string;
  readonly weight: number;
  readonly isReadOnly: boolean;
  /** Position in the configured list. */
  readonly order: number;
  /** When the database began to answer without interruption; undefined while it does not answer. */
  readonly wellSince: number | undefined;
  /** When the database last answered. */
  readonly provenAt: number | undefined;
  /** When the database stopped answering; undefined while it answers, and before the first attempt to reach it. */
  readonly awaySince: number | undefined;
  /** Length of the database's last outage, in milliseconds. */
  readonly outageMs: number;
  /** When the database was last taken into use by a graceful switch. */
  readonly cameBackAt: number | undefined;
  /** Number of consecutive times that the database failed soon after a graceful switch to it. */
  readonly relapses: number;
}

/** The verdict that the database in use cannot serve, and why. */
export interface Verdict {
  readonly reason: CauseCode;
  /** Whether only writes are unavailable, and reads still work. */
  readonly onlyWrites: boolean;
  /** For how many milliseconds the database must remain unable to serve before another one is used. */
  readonly patienceMs: number;
}

/** A verdict that still holds: `since` is when it was reached, `dueAt` is when another database is to be used. */
export interface StandingVerdict extends Verdict {
  readonly since: number;
  readonly dueAt: number;
}

/** A graceful switch that is being prepared: it is made once no call is in flight. */
export interface PendingChange {
  readonly to: string;
  readonly reason: DatabaseChangeReason;
}

/** Which of several Redis databases is in use, and what is known about all of them. */
export interface DatabaseState {
  /** The databases, in the order of the configured list. */
  readonly members: readonly MemberState[];
  readonly inUse: string;
  /** The verdict that the database in use cannot serve; undefined while it is serving. */
  readonly verdict: StandingVerdict | undefined;
  readonly pending: PendingChange | undefined;
  /** Earliest time of the next attempt at a graceful switch. */
  readonly peaceNotBefore: number;
  /** Number of consecutive graceful switches that were abandoned. */
  readonly postponements: number;
  /** Whether the application requested the database in use, so that a preferred database does not replace it. */
  readonly isChosenByHand: boolean;
}

/** An event that may change which database is in use. */
export type DatabaseSignal =
  /** The database in use was checked again; `verdict` says why it cannot serve, and is undefined if it is serving. */
  | { readonly kind: 'judged'; readonly verdict: Verdict | undefined }
  /** A standby database answered. */
  | { readonly kind: 'proven'; readonly name: string }
  /** A standby database does not answer. */
  | { readonly kind: 'lost'; readonly name: string }
  /**
   * The application requested a switch to this database. `isNamed`: whether the application named the database, instead
   * of leaving the choice to the client.
   */
  | { readonly kind: 'asked'; readonly name: string; readonly isNamed: boolean }
  | { readonly kind: 'weighed'; readonly name: string; readonly weight: number }
  /** The graceful switch was made. */
  | { readonly kind: 'changed' }
  /** The graceful switch was abandoned, because calls were still in flight or the other database did not answer. */
  | { readonly kind: 'postponed' }
  /** Time has passed, so a change may be due. */
  | { readonly kind: 'ticked' };

/** An action that the caller has to perform. */
export type DatabaseEffect =
  /** Switch to another database immediately, because the current one is unavailable. */
  | {
      readonly kind: 'go-over';
      readonly from: string;
      readonly to: string;
      readonly reason: DatabaseChangeReason;
    }
  /** Switch to another database when all calls in flight have been answered. */
  | { readonly kind: 'change-in-peace'; readonly to: string; readonly reason: DatabaseChangeReason };

/** The current time, and the rules for switching back. */
export interface DatabaseMoment {
  readonly now: number;
  /**
   * How long a preferred database must answer without interruption before it is used again; undefined if it is used
   * again only on request.
   */
  readonly failbackMs: number | undefined;
  /** A random factor of 1 or slightly more, so that not all processes switch back at the same moment. */
  readonly jitter: number;
}

/** Returns the initial state, in which the preferred database is in use. */
export function firstDatabaseState(
  members: readonly { readonly name: string; readonly weight: number; readonly isReadOnly: boolean }[],
): DatabaseState {
  const states = members.map(({ name, weight, isReadOnly }, order) => ({
    name,
    weight,
    isReadOnly,
    order,
    ...unknown,
  }));
  return {
    members: states,
    inUse: preferredOf(states).name,
    verdict: undefined,
    pending: undefined,
    peaceNotBefore: 0,
    postponements: 0,
    isChosenByHand: false,
  };
}

const unknown = {
  wellSince: undefined,
  provenAt: undefined,
  awaySince: undefined,
  outageMs: 0,
  cameBackAt: undefined,
  relapses: 0,
} as const;

type Ranked = Pick<MemberState, 'weight' | 'isReadOnly'> & { readonly order?: number };

/** Returns the database to use when all databases are working. */
export function preferredOf<Member extends Ranked>(members: readonly Member[]): Member {
  return members.toSorted(byRank)[0] as Member;
}

/**
 * Compares databases: writable ones come before read-only ones, then higher weights come first, then the order of the
 * list decides.
 */
export function byRank(one: Ranked, other: Ranked): number {
  const byKind = Number(one.isReadOnly) - Number(other.isReadOnly);
  return byKind || other.weight - one.weight || (one.order ?? 0) - (other.order ?? 0);
}

/** Returns the best database that is answering and not in use; undefined if there is none. */
export function bestOther({ members, inUse }: DatabaseState): MemberState | undefined {
  const others = members.filter(({ name, wellSince }) => name !== inUse && wellSince !== undefined);
  return others.toSorted(byRank)[0];
}

export function memberOf(state: DatabaseState, name: string): MemberState {
  return state.members.find((member) => member.name === name) as MemberState;
}
