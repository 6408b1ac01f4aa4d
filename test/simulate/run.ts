import { createRedisResilience } from '@redis-resilience/core';
import { createRandom } from '@redis-resilience/testing';
import { checkHistory } from '@redis-resilience/testing/history';
import { beginFault, stoodStillMs, type Breakable } from './faults.ts';
import { recoveryMs, type Plan, type PlannedFault } from './plan.ts';
import type { Calls } from './traffic/calls.ts';
import { Subscriber } from './traffic/subscriber.ts';
import { Traffic } from './traffic/traffic.ts';
import { BoundsWatch } from './watch/bounds-watch.ts';
import type { Findings } from './watch/findings.ts';
import { StandingSockets } from './watch/standing-sockets.ts';
import { StatusWatch } from './watch/status-watch.ts';

/** Average time between two calls, in milliseconds. */
const callEveryMs = 40;
/** Probability that a burst of calls is issued instead of a single one. */
const burstShare = 0.03;
const burst = 20;
const lookEveryMs = 50;
const afterCloseMs = 20_000;
/** Time between two checks for calls that do not settle, in milliseconds. */
const idleLookMs = 13;

/** The application of a run, its simulated environment, and the checks. */
export class Run {
  readonly status: StatusWatch;
  /**
   * Whether the check of the history exceeded its time limit. The time that the check takes depends on the machine, so
   * the digest does not include this flag.
   */
  isHistoryUndecided = false;
  readonly #plan: Plan;
  readonly #world: Omit<Breakable, 'server'>;
  readonly #findings: Findings;
  readonly #calls: Calls;
  readonly #traffic: Traffic;
  readonly #subscriber: Subscriber;
  readonly #resilience;
  readonly #random: () => number;
  readonly #standing: StandingSockets;
  readonly #bounds: BoundsWatch;
  readonly #active = new Set<PlannedFault>();
  #isIssuing = true;
  #expectedAtMs = 0;

  constructor(plan: Plan, world: Omit<Breakable, 'server'>, findings: Findings, calls: Calls) {
    this.#plan = plan;
    this.#findings = findings;
    this.#calls = calls;
    this.#random = createRandom(plan.seed + 3);
    this.#world = world;
    const { time, network, site, login } = world;
    this.#standing = new StandingSockets(network, findings);
    for (const server of site.servers) server.password = login.password;
    this.#resilience = createRedisResilience(site.target as string, {
      name: 'simulated',
      logger: false,
      clock: time,
      connection: { credentials: async () => ({ ...login }) },
      // With this limit, the circuit refuses some calls because replies are slow; without it, the circuit refuses none
      // while the server replies.
      ...(plan.seed % 4 === 1 ? { circuit: { slowMs: 200 } } : {}),
      ...(site.databases.length === 0 ? {} : { failback: { afterMs: 2_000 } }),
    });
    calls.database.name = this.#resilience.snapshot().database?.name;
    this.#resilience.on('database-change', ({ to }) => {
      calls.database = { name: to, changes: calls.database.changes + 1 };
      findings.note(`database ${to}`);
    });
    this.#bounds = new BoundsWatch(this.#resilience, network, time, findings);
    this.status = new StatusWatch(this.#resilience, findings, calls);
    const { client } = this.#resilience;
    client.on('error', ignore);
    const wait = (ms: number): Promise<void> => new Promise((resolve) => time.after(ms, resolve));
    this.#traffic = new Traffic(this.#resilience, client.duplicate(), calls, findings, this.#random, wait);
    this.#subscriber = new Subscriber(
      client.duplicate(),
      () => site.serving(calls.database.name),
      time,
      findings,
    );
    this.#resilience.on('resubscribe-failed', ({ code }) => {
      // BUSY, LOADING and NOAUTH are expected while the server is busy or loading or requires a password.
      if (/^(BUSY|LOADING|NOAUTH)$/.test(code)) return;
      findings.add('messages', `a subscription was reported as refused with ${code}`);
    });
    this.#resilience.on('change', ({ snapshot: current }) => {
      findings.note(`${current.status} ${current.connection} ${current.cause?.code ?? ''}`);
    });
  }

  /** Runs the plan until everything has had time to recover. */
  async live(): Promise<void> {
    const { time } = this.#world;
    for (const fault of this.#plan.faults) time.after(fault.atMs, () => this.#begin(fault));
    this.#issueLater();
    this.#lookLater();
    await time.runUntil(this.#plan.untilMs);
    this.#isIssuing = false;
    await time.runUntil(this.#plan.untilMs + recoveryMs);
    await this.#settleElsewhere();
    this.#calls.lookForLate();
    for (let looks = 0; looks < 10 && !this.#bounds.isIdle; looks++)
      await time.runUntil(time.now() + idleLookMs);
    this.#judge();
  }

  /**
   * Writes that may have run on another database, and later writes to the same keys, stay in the outbox until
   * that database is in use.
   */
  async #settleElsewhere(): Promise<void> {
    const { time } = this.#world;
    if (this.#plan.shape !== 'databases') return;
    // The switch may fail, because an earlier fault may have limited the standby connection to a few more bytes.
    for (let tries = 0; tries < 3 && this.#traffic.outbox.size > 0; tries++) {
      this.#resilience.failover().catch(ignore);
      await time.runUntil(time.now() + recoveryMs);
    }
  }

  async close(): Promise<void> {
    const { time } = this.#world;
    this.#subscriber.stop();
    let isClosed = false;
    void Promise.all([this.#traffic.close(), this.#resilience.close()]).then(() => {
      isClosed = true;
    });
    await time.runUntil(time.now() + afterCloseMs);
    if (!isClosed) this.#findings.add('left-over', 'close() has not ended after 20 s');
    if (this.#calls.settled < this.#calls.issued) {
      this.#findings.add('never-settled', `${this.#calls.issued - this.#calls.settled} calls after close()`);
    }
    this.#bounds.lookAfterClose();
  }

  #begin(fault: PlannedFault): void {
    const { time, site } = this.#world;
    const { kind, amount, forMs } = fault;
    const server = site.serverFor(amount);
    this.#findings.note(`${kind} begins`);
    // With several servers, even a harmless fault may make the client switch to another server, so this check
    // is only for a single one.
    const isWell = this.#plan.shape === 'single' && this.status.wellForMs(time.now()) > 1_000;
    this.#standing.begin(kind, isWell);
    this.#active.add(fault);
    this.#calls.stoodStillMs += stoodStillMs(kind, amount);
    if (kind.startsWith('kill') && !server.isPersistent) this.#calls.hasLostData = true;
    const end = beginFault(kind, { ...this.#world, server }, amount);
    this.#describeWorld();
    time.after(forMs, () => {
      this.#findings.note(`${kind} ends`);
      end();
      this.#active.delete(fault);
      this.#describeWorld();
    });
  }

  #describeWorld(): void {
    const { time, site } = this.#world;
    const isAway = site.isAway || [...this.#active].some(({ kind }) => kind === 'partition');
    const isTroubled = this.#active.size > 0 || !site.isWhole;
    this.status.worldIs(isAway ? 'away' : isTroubled ? 'troubled' : 'well', time.now());
  }

  #issueLater(): void {
    if (!this.#isIssuing) return;
    this.#world.time.after(this.#random() * 2 * callEveryMs, () => {
      const count = this.#random() < burstShare ? burst : 1;
      for (let index = 0; index < count; index++) this.#traffic.issue();
      this.#issueLater();
    });
  }

  #lookLater(): void {
    this.#world.time.after(lookEveryMs, () => {
      const { time } = this.#world;
      const now = time.now();
      this.#describeWorld();
      this.status.look(now);
      const wellForMs = this.status.wellForMs(now);
      if (wellForMs > 300) this.#standing.look();
      if (wellForMs > 6_000 && now - this.#expectedAtMs > 1_000) {
        this.#expectedAtMs = now;
        this.#subscriber.expectMessage();
      }
      this.#bounds.look();
      if (this.#isIssuing || now < this.#plan.untilMs + recoveryMs - 200) this.#lookLater();
    });
  }

  /** Called when everything should have recovered. */
  #judge(): void {
    this.#bounds.lookWhenIdle();
    if (this.#traffic.outbox.size > 0)
      this.#findings.add('lost', `${this.#traffic.outbox.size} writes left in the outbox`);
    this.#calls.judgeOutcomes();
    if (this.#calls.hasLostData) return;
    const checked = checkHistory(this.#calls.operations, { timeoutMs: 5_000 });
    if (checked.verdict === 'broken') this.#findings.add('history', checked.text);
    this.isHistoryUndecided = checked.verdict === 'undecided';
  }
}

function ignore(): void {
  // The status tells.
}
