import { createRedisResilience, type SnapshotDetail } from '@redis-resilience/core';
import { createRandom } from '@redis-resilience/testing';
import { checkHistory } from '@redis-resilience/testing/history';
import { beginFault, stoodStillMs, type Breakable } from './faults.ts';
import { SimulatedNetwork } from './network/simulated-network.ts';
import { recoveryMs, type Plan, type PlannedFault } from './plan.ts';
import { SimulatedServer } from './server/simulated-server.ts';
import { SimulatedTime } from './time/simulated-time.ts';
import { Calls } from './traffic/calls.ts';
import { Subscriber } from './traffic/subscriber.ts';
import { Traffic } from './traffic/traffic.ts';
import { Findings, type Finding } from './watch/findings.ts';
import { StandingSockets } from './watch/standing-sockets.ts';
import { StatusWatch } from './watch/status-watch.ts';

/** What came of one run. */
export interface RunResult {
  readonly seed: number;
  readonly findings: readonly Finding[];
  /** The same for the same plan, on every machine. */
  readonly digest: string;
  readonly calls: number;
  readonly connections: number;
  readonly slowestRecoveryMs: number;
  readonly isHistoryUndecided: boolean;
}

/** Calls are issued so far apart, on average. */
const callEveryMs = 40;
/** A burst of calls now and then. */
const burstShare = 0.03;
const burst = 20;
const lookEveryMs = 50;
const afterCloseMs = 20_000;

/** More than this at once would be a leak: the connections of three clients, and those that are asked beside them. */
const mostLinks = 40;
const mostTimers = 100;

/** Lives through a plan: the whole of core, cache and outbox, on a simulated server, network and time. */
export async function simulate(plan: Plan, trace?: (line: string) => void): Promise<RunResult> {
  const time = new SimulatedTime(createRandom(plan.seed + 1));
  const uninstallTime = time.install();
  const findings = new Findings(() => time.now(), trace);
  const calls = new Calls(time, findings);
  const network = new SimulatedNetwork(time, createRandom(plan.seed + 2), (bytes) => calls.sent(bytes));
  const uninstallNetwork = network.install();
  const onUncaught = (error: unknown): void => findings.add('uncaught', textOf(error));
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
  try {
    const run = new Run(plan, time, network, findings, calls);
    await run.live();
    await run.close();
    const { slowestRecoveryMs } = run.status;
    findings.note(`connections ${network.opened}, calls ${calls.settled}`);
    return {
      seed: plan.seed,
      findings: findings.list,
      digest: findings.digest(),
      calls: calls.issued,
      connections: network.opened,
      slowestRecoveryMs,
      isHistoryUndecided: run.isHistoryUndecided,
    };
  } finally {
    process.off('uncaughtException', onUncaught);
    process.off('unhandledRejection', onUncaught);
    uninstallNetwork();
    uninstallTime();
  }
}

class Run {
  readonly status: StatusWatch;
  /** The check of the history took too much of real time; it says nothing, and is no part of the digest. */
  isHistoryUndecided = false;
  readonly #plan: Plan;
  readonly #world: Breakable;
  readonly #findings: Findings;
  readonly #calls: Calls;
  readonly #traffic: Traffic;
  readonly #subscriber: Subscriber;
  readonly #resilience;
  readonly #random: () => number;
  readonly #standing: StandingSockets;
  readonly #active = new Set<PlannedFault>();
  #isIssuing = true;
  #expectedAtMs = 0;

  constructor(plan: Plan, time: SimulatedTime, network: SimulatedNetwork, findings: Findings, calls: Calls) {
    this.#plan = plan;
    this.#findings = findings;
    this.#calls = calls;
    this.#random = createRandom(plan.seed + 3);
    const ledger = {
      ran: (args: readonly string[]) => calls.ran(args),
      subscribedAgain: (channel: string) => findings.add('messages', `${channel} was subscribed twice`),
    };
    const server = new SimulatedServer(time, network, ledger, plan.isPersistent);
    this.#standing = new StandingSockets(network, findings);
    const login = { password: 'first' };
    server.password = login.password;
    this.#world = { time, network, server, login };
    this.#resilience = createRedisResilience('redis://10.0.0.1:6379', {
      name: 'simulated',
      logger: false,
      connection: { credentials: async () => ({ ...login }) },
    });
    this.status = new StatusWatch(this.#resilience, findings, calls);
    const { client } = this.#resilience;
    client.on('error', ignore);
    this.#traffic = new Traffic(this.#resilience, client.duplicate(), calls, findings, this.#random);
    this.#subscriber = new Subscriber(client.duplicate(), server, time, findings);
    this.#resilience.on('resubscribe-failed', ({ code }) => {
      // The server is busy, loading, or wants a password; what a lost connection answers means nothing.
      if (/^(BUSY|LOADING|NOAUTH)$/.test(code)) return;
      findings.add('messages', `a subscription was reported as refused with ${code}`);
    });
    this.#resilience.on('change', ({ snapshot: current }) => {
      findings.note(`${current.status} ${current.connection} ${current.cause?.code ?? ''}`);
    });
  }

  /** From the beginning until everything has had its time to come back. */
  async live(): Promise<void> {
    const { time } = this.#world;
    for (const fault of this.#plan.faults) time.after(fault.atMs, () => this.#begin(fault));
    this.#issueLater();
    this.#lookLater();
    await time.runUntil(this.#plan.untilMs);
    this.#isIssuing = false;
    await time.runUntil(this.#plan.untilMs + recoveryMs);
    this.#calls.lookForLate();
    this.#judge();
  }

  async close(): Promise<void> {
    const { time, network } = this.#world;
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
    if (time.pendingTimers > 0) this.#findings.add('left-over', `${time.pendingTimers} timers after close()`);
    if (network.links.length > 0)
      this.#findings.add('left-over', `${network.links.length} connections after close()`);
  }

  #begin(fault: PlannedFault): void {
    const { time, server } = this.#world;
    const { kind, amount, forMs } = fault;
    this.#findings.note(`${kind} begins`);
    this.#standing.begin(kind, this.status.wellForMs(time.now()) > 1_000);
    this.#active.add(fault);
    this.#calls.stoodStillMs += stoodStillMs(kind, amount);
    if (kind.startsWith('kill') && !server.isPersistent) this.#calls.hasLostData = true;
    const end = beginFault(kind, this.#world, amount);
    this.#describeWorld();
    time.after(forMs, () => {
      this.#findings.note(`${kind} ends`);
      end();
      this.#active.delete(fault);
      // Loading takes a while.
      if (kind === 'kill-and-load') time.after(2_200, () => this.#describeWorld());
      this.#describeWorld();
    });
  }

  #describeWorld(): void {
    const { time, server } = this.#world;
    const isAway = [...this.#active].some(
      ({ kind }) => kind === 'kill' || kind === 'freeze' || kind === 'partition',
    );
    const isTroubled = this.#active.size > 0 || server.mood !== 'serves' || !server.isRunning;
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
      const { time, network } = this.#world;
      const now = time.now();
      this.status.look(now);
      const wellForMs = this.status.wellForMs(now);
      if (wellForMs > 300) this.#standing.look();
      if (wellForMs > 6_000 && now - this.#expectedAtMs > 1_000) {
        this.#expectedAtMs = now;
        this.#subscriber.expectMessage();
      }
      const { inFlight, waiting } = this.#counts();
      if (inFlight < 0 || waiting < 0)
        this.#findings.add('miscounted', `${inFlight} in flight, ${waiting} waiting`);
      if (network.links.length > mostLinks)
        this.#findings.add('unbounded', `${network.links.length} connections at once`);
      if (time.pendingTimers > mostTimers)
        this.#findings.add('unbounded', `${time.pendingTimers} timers at once`);
      if (this.#isIssuing || now < this.#plan.untilMs + recoveryMs - 200) this.#lookLater();
    });
  }

  #counts(): SnapshotDetail {
    return (this.#resilience as unknown as { detail(): SnapshotDetail }).detail();
  }

  /** Everything has come back. */
  #judge(): void {
    const detail = (
      this.#resilience as unknown as { detail(): { inFlight: number; waiting: number } }
    ).detail();
    if (detail.inFlight + detail.waiting > 0) {
      this.#findings.add(
        'miscounted',
        `${detail.inFlight} in flight and ${detail.waiting} waiting, with no call open`,
      );
    }
    if (this.#traffic.outbox.size > 0)
      this.#findings.add('lost', `${this.#traffic.outbox.size} writes left in the outbox`);
    this.#calls.judgeOutcomes();
    if (this.#calls.hasLostData) return;
    const checked = checkHistory(this.#calls.operations, { timeoutMs: 5_000 });
    if (checked.verdict === 'broken') this.#findings.add('history', checked.text);
    this.isHistoryUndecided = checked.verdict === 'undecided';
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function ignore(): void {
  // The status tells.
}
