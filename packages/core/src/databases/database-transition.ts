import {
  byRank,
  memberOf,
  preferredOf,
  type DatabaseEffect,
  type DatabaseMoment,
  type DatabaseSignal,
  type DatabaseState,
  type MemberState,
  type Verdict,
} from './database-state.ts';

/**
 * While a read-only database is in use, a writable one normally replaces it as soon as the writable one answers. But a
 * writable database that failed soon after the last switch back to it must first answer for this many milliseconds
 * without interruption. Each further failure soon after a switch back doubles this time.
 */
const firstRelapseMs = 4000;
const maxRelapses = 6;
/** A database that has stayed in use for this many times `failbackMs` counts as reliable again. */
const reliableAfter = 10;
const postponedMs = 1000;
const maxPostponements = 4;
/**
 * After an outage, the preferred database must answer for this many times the length of the outage before calls return
 * to it. The required time is at least `failbackMs`; an outage raises it to at most `maxTrialMs`.
 */
const trialShare = 1.25;
const maxTrialMs = 2500;

type Transition = readonly [DatabaseState, DatabaseEffect | undefined];

/**
 * Decides which database is in use, as a pure function from a state and a signal to the next state and at most one
 * effect. Only a verdict that the database in use cannot serve forces a switch. The client then switches to the
 * highest-ranking database that has answered since the verdict began. A preferred database is used again once it has
 * been healthy without interruption for a while; if it fails soon after its return, the next return takes longer.
 */
export function databaseTransition(
  state: DatabaseState,
  signal: DatabaseSignal,
  moment: DatabaseMoment,
): Transition {
  const { now } = moment;
  switch (signal.kind) {
    case 'judged':
      return choose({ ...state, verdict: standing(state, signal.verdict, now) }, moment);
    case 'proven':
      return choose(withMember(state, signal.name, proven(memberOf(state, signal.name), now)), moment);
    case 'lost': {
      const { awaySince = now } = memberOf(state, signal.name);
      return [withMember(state, signal.name, { ...unproven, awaySince }), undefined];
    }
    case 'weighed':
      return choose(withMember(state, signal.name, { weight: signal.weight }), moment);
    case 'asked':
      return asked(state, signal, moment);
    case 'changed':
      return [changed(state, moment), undefined];
    case 'postponed':
      return [postponed(state, now), undefined];
    case 'ticked':
      return choose(state, moment);
    default:
      return signal satisfies never;
  }
}

/** Returns the next time at which a switch may be due without any other event; undefined if there is no such time. */
export function nextChoiceAt(state: DatabaseState, moment: DatabaseMoment): number | undefined {
  if (state.pending !== undefined) return undefined;
  const { verdict, peaceNotBefore } = state;
  // After `dueAt`, the time at which a switch was due, no timer is needed: the client switches as soon as a standby
  // database answers.
  if (verdict !== undefined) return verdict.dueAt > moment.now ? verdict.dueAt : undefined;
  const dueAts = othersOf(state).map((member) => comesBackAt(state, member, moment) ?? Infinity);
  const dueAt = Math.max(peaceNotBefore, Math.min(...dueAts));
  return dueAt === Infinity ? undefined : dueAt;
}

/**
 * Returns the time at which the client will switch because the database in use cannot serve. Returns `otherwiseAt` if
 * the database in use has not been found unable to serve. Undefined if no other database could serve.
 */
export function changeDueAt(
  { verdict, members, inUse }: DatabaseState,
  otherwiseAt?: number,
): number | undefined {
  const isInSight = members.some(
    (member) =>
      member.name !== inUse &&
      member.wellSince !== undefined &&
      isOfUse(member, verdict ?? { onlyWrites: false }),
  );
  return isInSight ? (verdict?.dueAt ?? otherwiseAt) : undefined;
}

function choose(state: DatabaseState, moment: DatabaseMoment): Transition {
  if (state.verdict !== undefined) return chooseInNeed(state, moment);
  if (state.pending !== undefined || moment.now < state.peaceNotBefore) return [state, undefined];
  const back = othersOf(state)
    .filter((member) => (comesBackAt(state, member, moment) ?? Infinity) <= moment.now)
    .toSorted(byRank)[0];
  return back === undefined ? [state, undefined] : inPeace(state, back.name, 'coming-back');
}

function chooseInNeed(state: DatabaseState, moment: DatabaseMoment): Transition {
  const { verdict } = state;
  if (verdict === undefined || moment.now < verdict.dueAt) return [state, undefined];
  const best = othersOf(state)
    .filter((member) => (member.provenAt ?? -Infinity) >= verdict.since && isOfUse(member, verdict))
    .toSorted(byRank)[0];
  if (best === undefined) return [state, undefined];
  return goOver({ ...state, isChosenByHand: false }, best.name, verdict.reason, moment);
}

function asked(
  state: DatabaseState,
  { name, isNamed }: Extract<DatabaseSignal, { kind: 'asked' }>,
  moment: DatabaseMoment,
): Transition {
  // If the application named no database, a read-only one is used only because no writable one responded, so any
  // writable one may replace it.
  const isMeant = isNamed || !memberOf(state, name).isReadOnly;
  const chosen = { ...state, isChosenByHand: isMeant && !isPreferred(state, name) };
  if (name === state.inUse) return [chosen, undefined];
  return state.verdict === undefined
    ? inPeace(chosen, name, 'by-hand')
    : goOver(chosen, name, 'by-hand', moment);
}

function inPeace(state: DatabaseState, to: string, reason: 'coming-back' | 'by-hand'): Transition {
  return [
    { ...state, pending: { to, reason } },
    { kind: 'change-in-peace', to, reason },
  ];
}

function goOver(
  state: DatabaseState,
  to: string,
  reason: Verdict['reason'] | 'by-hand',
  { now, failbackMs = 0 }: DatabaseMoment,
): Transition {
  const from = state.inUse;
  const { cameBackAt, relapses } = memberOf(state, from);
  const wasTooSoon =
    cameBackAt !== undefined && now - cameBackAt < reliableAfter * Math.max(failbackMs, 1000);
  const failed = withMember(state, from, {
    relapses: wasTooSoon ? Math.min(maxRelapses, relapses + 1) : 0,
    awaySince: state.verdict?.since ?? now,
  });
  return [inUse(failed, to), { kind: 'go-over', from, to, reason }];
}

function changed(state: DatabaseState, { now }: DatabaseMoment): DatabaseState {
  const { pending } = state;
  if (pending === undefined) return state;
  return withMember(inUse(state, pending.to), pending.to, { cameBackAt: now });
}

// Discards what the standby connection had shown about the database, because the standby connection is not kept up to
// date once the database is in use.
function inUse(state: DatabaseState, name: string): DatabaseState {
  const now = { ...state, inUse: name, verdict: undefined, pending: undefined, postponements: 0 };
  return withMember(now, name, { ...unproven, awaySince: undefined, outageMs: 0 });
}

const unproven = { wellSince: undefined, provenAt: undefined } as const;

function proven(member: MemberState, now: number): Partial<MemberState> {
  const { wellSince = now, awaySince, outageMs } = member;
  const wasAwayMs = awaySince === undefined ? outageMs : now - awaySince;
  return { wellSince, provenAt: now, awaySince: undefined, outageMs: wasAwayMs };
}

function postponed(state: DatabaseState, now: number): DatabaseState {
  const waitMs = postponedMs * 2 ** state.postponements;
  const postponements = Math.min(maxPostponements, state.postponements + 1);
  return { ...state, pending: undefined, postponements, peaceNotBefore: now + waitMs };
}

function standing(
  { verdict: former }: DatabaseState,
  verdict: Verdict | undefined,
  now: number,
): DatabaseState['verdict'] {
  if (verdict === undefined) return undefined;
  const since = former?.since ?? now;
  const dueAt = Math.min(former?.dueAt ?? Infinity, now + verdict.patienceMs);
  return { ...verdict, since, dueAt };
}

/**
 * Returns the time from which a standby may gracefully replace the database in use; undefined if the standby does not
 * answer, or may replace the database only on request or in an outage.
 */
function comesBackAt(
  state: DatabaseState,
  member: MemberState,
  { failbackMs, jitter }: DatabaseMoment,
): number | undefined {
  const present = memberOf(state, state.inUse);
  const { wellSince, relapses, outageMs } = member;
  if (wellSince === undefined || state.isChosenByHand || byRank(member, present) >= 0) return undefined;
  // Any writable database replaces a read-only one that the application did not name.
  if (present.isReadOnly && !member.isReadOnly)
    return wellSince + (relapses === 0 ? 0 : firstRelapseMs * 2 ** (relapses - 1) * jitter);
  if (failbackMs === undefined) return undefined;
  // The required time depends on `outageMs`, because with a short `failbackMs`, a database that keeps failing and
  // recovering would otherwise count as healthy after each recovery.
  const trialMs = Math.max(failbackMs, Math.min(maxTrialMs, trialShare * outageMs));
  return wellSince + trialMs * 2 ** relapses * jitter;
}

/**
 * Returns whether a switch to this database would help. If the database in use refuses only writes, a read-only
 * database would not help, because it does not serve writes either.
 */
function isOfUse(member: MemberState, { onlyWrites }: Pick<Verdict, 'onlyWrites'>): boolean {
  return !(onlyWrites && member.isReadOnly);
}

function isPreferred({ members }: DatabaseState, name: string): boolean {
  return preferredOf(members).name === name;
}

function othersOf({ members, inUse: name }: DatabaseState): readonly MemberState[] {
  return members.filter((member) => member.name !== name);
}

function withMember(state: DatabaseState, name: string, change: Partial<MemberState>): DatabaseState {
  const members = state.members.map((member) => (member.name === name ? { ...member, ...change } : member));
  return { ...state, members };
}
