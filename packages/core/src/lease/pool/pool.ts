import type { Clock } from '../../clock.ts';
import { afterReads } from '../../event-loop/after-reads.ts';
import { Alarm } from '../../event-loop/alarm.ts';
import { currentRequestBudget } from '../../verbs/request-budget.ts';
import { Lease, type LeaseEnd } from '../lease.ts';
import { isInsideLeaseOf } from '../lease-context.ts';
import { admitLease } from '../lease-admission.ts';
import { leaseRefusal, type LeaseRefusal } from '../lease-refusals.ts';
import type { PoolDetail } from './pool-detail.ts';
import type { LeaseRequest, PoolParts } from './pool-parts.ts';
import { MainPulse } from './main-pulse.ts';
import { LeasesOut } from './leases-out.ts';
import { PoolMembers } from './pool-members.ts';
import { nextPoolStep } from './pool-step.ts';
import type { PoolCounts } from './pool-totals.ts';
import { WaitingLeases, type WaitingLease } from '../waiting-leases.ts';

/** Tolerance for timers, which are accurate only to the millisecond. */
const roundingMs = 0.5;

/** Lends connections for exclusive use, and performs the steps that `pool-step.ts` decides. */
export class Pool {
  readonly #parts: PoolParts;
  readonly #clock: Clock;
  readonly #members: PoolMembers;
  readonly #leases: LeasesOut;
  readonly #waiting: WaitingLeases;
  readonly #totals: PoolCounts;
  readonly #alarm: Alarm;
  readonly #pulse: MainPulse;
  #wasServing = false;
  #isClosed = false;
  #isStepping = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#clock = parts.settings.clock;
    this.#totals = parts.totals;
    this.#members = new PoolMembers(
      parts,
      () => this.#waiting.length > 0,
      () => this.#step(),
    );
    this.#leases = new LeasesOut(parts.settings.pool.maxLeaseMs);
    this.#waiting = new WaitingLeases(this.#clock);
    this.#pulse = new MainPulse(parts);
    this.#alarm = new Alarm(this.#clock, { look: () => this.#onAlarm() });
  }

  detail(): PoolDetail {
    const { max, min } = this.#parts.settings.pool;
    const { size, idle } = this.#members;
    const active = this.#leases.count;
    return {
      max,
      min,
      active,
      idle,
      pending: size - active - idle,
      waiting: this.#waiting.length,
      oldestLeaseMs: this.#leases.oldestMs(this.#clock.now()),
      totals: this.#totals,
    };
  }

  /** Number of active leases and waiting callers. */
  get load(): number {
    return this.#leases.count + this.#waiting.length;
  }

  /** Grants a lease once a connection is free, first come, first served. In an outage, callers wait as commands do. */
  acquire({ name, deadlineAt, signal }: LeaseRequest): Lease | Promise<Lease> {
    const now = this.#clock.now();
    this.#pulse.take(now);
    const { main, settings } = this.#parts;
    const { pool, admission } = settings;
    const budget = currentRequestBudget();
    const budgetAt = budget === undefined ? Infinity : now + budget.remainingMs(now);
    const decision = admitLease({
      shared: main.facts(),
      changePatienceMs: main.changePatienceMs,
      cause: this.#cause,
      isClosed: this.#isClosed,
      now,
      deadlineAt,
      budgetAt,
      maxWaitMs: admission.maxWaitMs,
      alive: this.#members.alive(now),
      leased: this.#leases.count,
      waiting: this.#waiting.length,
      max: pool.max,
      maxWaiting: pool.maxWaiting,
      isInsideLease: this.#leases.count >= pool.max && isInsideLeaseOf(this),
    });
    if (decision.kind === 'give') return this.#handOut(name, now, now);
    if (decision.kind === 'refuse') return this.#refuse(decision.refusal);
    this.#parts.wake();
    const wish = { name, since: now, deadlineAt: Math.min(deadlineAt, budgetAt), signal, budget };
    const granted = this.#waiting.wait(wish, decision.expiresAt);
    this.#step();
    return granted;
  }

  /** Ends a lease, and cleans its connection for the next lease or drops it. */
  giveBack(lease: Lease, how: LeaseEnd, reason?: unknown): void {
    if (!this.#leases.remove(lease)) return;
    lease.end(how, reason);
    const now = this.#clock.now();
    this.#totals.uses.record(now - lease.startedAt);
    const cleanup = how === 'revoked' || how === 'closed' ? ({ kind: 'drop' } as const) : lease.cleanup();
    const { member } = lease;
    this.#members.signal(member, { kind: 'returned', cleanup, isServing: member.isServing }, now);
  }

  /** Call when a connection may have been made or lost, or when Redis may have become unavailable or available. */
  look(): void {
    if (this.#isClosed) return;
    const { main, settings } = this.#parts;
    const isServing = main.state === 'ready';
    // When Redis becomes unavailable, callers that are already waiting may wait as long as calls that are in flight at
    // that moment.
    if (this.#wasServing && !isServing) {
      this.#waiting.shorten(this.#clock.now() + 2 * settings.admission.maxWaitMs);
    } else if (isServing && !this.#wasServing) this.#waiting.lengthen();
    this.#wasServing = isServing;
    this.#members.look(isServing || this.#waiting.length > 0);
    this.#step();
  }

  /** Refuses new leases, but still serves the callers that are already waiting. */
  close(): void {
    this.#isClosed = true;
  }

  /** Ends all leases, refuses the waiting callers, and closes the connections. */
  end(): void {
    this.#isClosed = true;
    for (let waiting = this.#waiting.next(); waiting !== undefined; waiting = this.#waiting.next()) {
      waiting.refuse(this.#refusal({ kind: 'closed' }));
    }
    for (const lease of this.#leases.all()) this.giveBack(lease, 'closed');
    this.#members.retireAll();
    this.#alarm.clear();
  }

  #handOut(name: string | undefined, since: number, now: number): Lease {
    const { name: connection, pool } = this.#parts.settings;
    const lease = new Lease(this.#members.take(now), name, now, connection);
    this.#leases.add(lease);
    this.#totals.waits.record(now - since);
    this.#alarm.set(Math.min(this.#alarm.dueAt, now + pool.maxLeaseMs), this.#waiting.length > 0);
    return lease;
  }

  #step(): void {
    // A step may call this method again while the loop below is still running; the loop then takes the further steps.
    if (this.#isStepping) return;
    // With nobody waiting, the only possible step is to make connections up to the configured minimum.
    if (this.#waiting.length === 0 && this.#members.isMinimum) return this.#setAlarm();
    this.#isStepping = true;
    try {
      while (this.#takeStep());
    } finally {
      this.#isStepping = false;
      this.#setAlarm();
    }
  }

  #takeStep(): boolean {
    const now = this.#clock.now();
    const { main, settings } = this.#parts;
    const { size, idle, coming } = this.#members;
    const idleAlive = this.#members.alive(now);
    const step = nextPoolStep({
      waiting: this.#waiting.length,
      idleAlive,
      idleDoubtful: idle - idleAlive,
      coming,
      size,
      min: this.#isClosed ? 0 : settings.pool.min,
      max: settings.pool.max,
      isServing: main.state === 'ready',
    });
    if (step === 'hand-out') {
      const waiting = this.#waiting.next() as WaitingLease;
      waiting.grant(this.#handOut(waiting.name, waiting.since, now));
    } else if (step === 'ask') this.#members.doubt();
    else if (step === 'connect') this.#members.connect();
    return step !== 'none';
  }

  #onAlarm(): void {
    // After a stall of the process, timers fire before sockets are read: first read the bytes that are waiting.
    afterReads(this.#clock, () => {
      const now = this.#clock.now() + roundingMs;
      const { changePatienceMs } = this.#parts.main;
      if (changePatienceMs > 0) this.#waiting.prolong(now + changePatienceMs);
      for (let late = this.#waiting.overdue(now); late !== undefined; late = this.#waiting.overdue(now)) {
        late.refuse(this.#refusal(this.#lateness(late, now)));
      }
      this.#endOverdue(now);
      this.#members.retireIdle(now);
      this.#setAlarm();
    });
  }

  #lateness({ since, budget }: WaitingLease, now: number): LeaseRefusal {
    if (budget?.isSpent(now) === true) return { kind: 'request-budget' };
    const { main, settings } = this.#parts;
    return main.state === 'ready' && this.#leases.count >= settings.pool.max
      ? { kind: 'full', waitedMs: now - since }
      : { kind: 'away', cause: this.#cause ?? 'connect-timeout' };
  }

  #endOverdue(now: number): void {
    const { revoke } = this.#parts.settings.pool;
    for (const lease of this.#leases.takeOverdue(now)) {
      if (revoke) this.giveBack(lease, 'revoked');
      this.#parts.tell({ name: lease.name, heldMs: now - lease.startedAt, isRevoked: revoke });
    }
  }

  #setAlarm(): void {
    const { nextDueAt, length } = this.#waiting;
    const dueAt = Math.min(nextDueAt, this.#members.nextExpiryAt, this.#leases.nextOverdueAt);
    this.#alarm.set(dueAt, length > 0);
  }

  get #cause() {
    return this.#parts.main.cause ?? this.#members.cause;
  }

  // Rejects in the next turn of the event loop, so that a caller that retries at once does not starve sockets.
  #refuse(refusal: LeaseRefusal): Promise<never> {
    const error = this.#refusal(refusal);
    return new Promise((_resolve, reject) => this.#clock.setImmediate(() => reject(error)));
  }

  #refusal(refusal: LeaseRefusal): Error {
    this.#totals.refused++;
    const { settings, main } = this.#parts;
    return leaseRefusal(refusal, {
      name: settings.name,
      retryAfterMs: main.nextAttemptMs(),
      active: this.#leases.count,
      max: settings.pool.max,
      oldestLeaseMs: this.#leases.oldestMs(this.#clock.now()),
    });
  }
}
