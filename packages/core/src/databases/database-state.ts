import type { CauseCode } from '../cause.ts';
import type { DatabaseChangeReason } from '../database-report.ts';

/** One database, and what is known of it while it is not in use. Times are monotonic. */
export interface MemberState {
  readonly name: string;
  readonly weight: number;
  readonly isReadOnly: boolean;
  /** Its place in the list. */
  readonly order: number;
  /** Since when it has answered without a break; undefined while it does not. */
  readonly wellSince: number | undefined;
  /** When it answered last. */
  readonly provenAt: number | undefined;
  /** When it came back into use last. */
  readonly cameBackAt: number | undefined;
  /** How often in a row it failed soon after it had come back. */
  readonly relapses: number;
}

/** Why the database in use cannot serve. */
export interface Verdict {
  readonly reason: CauseCode;
  /** Only writes are away. */
  readonly onlyWrites: boolean;
  /** How long it has to stand before another database is used. */
  readonly patienceMs: number;
}

/** A verdict that stands. */
export interface StandingVerdict extends Verdict {
  readonly since: number;
  readonly dueAt: number;
}

/** A change in peace that is under way. */
export interface PendingChange {
  readonly to: string;
  readonly reason: DatabaseChangeReason;
}

/** Which of several databases is in use, and what is known of all of them. */
export interface DatabaseState {
  /** In the order of their list. */
  readonly members: readonly MemberState[];
  readonly inUse: string;
  /** Undefined while the one in use serves. */
  readonly verdict: StandingVerdict | undefined;
  readonly pending: PendingChange | undefined;
  /** No change in peace is tried before. */
  readonly peaceNotBefore: number;
  /** The one in use was chosen by hand: a preferred one does not take its place. */
  readonly isChosenByHand: boolean;
}

/** An event that may change which database is in use. */
export type DatabaseSignal =
  /** Whether the one in use serves: looked at again. */
  | { readonly kind: 'judged'; readonly verdict: Verdict | undefined }
  /** A standby answered. */
  | { readonly kind: 'proven'; readonly name: string }
  /** A standby does not answer any more. */
  | { readonly kind: 'lost'; readonly name: string }
  /** Somebody asks for this one. */
  | { readonly kind: 'asked'; readonly name: string }
  | { readonly kind: 'weighed'; readonly name: string; readonly weight: number }
  /** The change in peace was made. */
  | { readonly kind: 'changed' }
  /** The change in peace was not made, because calls were in flight, or the other one did not answer. */
  | { readonly kind: 'postponed' }
  /** Time has passed. */
  | { readonly kind: 'ticked' };

/** What has to be done, as data. */
export type DatabaseEffect =
  /** Use another database now: the one before is away. */
  | {
      readonly kind: 'go-over';
      readonly from: string;
      readonly to: string;
      readonly reason: DatabaseChangeReason;
    }
  /** Use another database once all that is in flight is answered. */
  | { readonly kind: 'change-in-peace'; readonly to: string; readonly reason: DatabaseChangeReason };

/** The rules, and the time. */
export interface DatabaseMoment {
  readonly now: number;
  /** How long a preferred database has to answer without a break before it comes back; undefined: only by hand. */
  readonly failbackMs: number | undefined;
  /** 1 or a little more, drawn once: processes do not come back at the same moment. */
  readonly jitter: number;
}

/** The state at the start: the preferred database is in use. */
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
    isChosenByHand: false,
  };
}

const unknown = { wellSince: undefined, provenAt: undefined, cameBackAt: undefined, relapses: 0 } as const;

type Ranked = Pick<MemberState, 'weight' | 'isReadOnly'> & { readonly order?: number };

/** The one to use while all of them serve. */
export function preferredOf<Member extends Ranked>(members: readonly Member[]): Member {
  return members.toSorted(byRank)[0] as Member;
}

/** Those that take writes before those that do not, then by weight, then in the order of the list. */
export function byRank(one: Ranked, other: Ranked): number {
  const byKind = Number(one.isReadOnly) - Number(other.isReadOnly);
  return byKind || other.weight - one.weight || (one.order ?? 0) - (other.order ?? 0);
}

/** The best of those that are not in use and answer. */
export function bestOther({ members, inUse }: DatabaseState): MemberState | undefined {
  const others = members.filter(({ name, wellSince }) => name !== inUse && wellSince !== undefined);
  return others.toSorted(byRank)[0];
}

export function memberOf(state: DatabaseState, name: string): MemberState {
  return state.members.find((member) => member.name === name) as MemberState;
}
