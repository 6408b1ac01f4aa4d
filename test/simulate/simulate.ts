import { createRandom } from '@redis-resilience/testing';
import { SimulatedNetwork } from './network/simulated-network.ts';
import type { Plan } from './plan.ts';
import { Run } from './run.ts';
import { siteOf } from './site/site-of.ts';
import { SimulatedTime } from './time/simulated-time.ts';
import { Calls } from './traffic/calls.ts';
import { Findings, type Finding } from './watch/findings.ts';

/** The result of one run. */
export interface RunResult {
  readonly seed: number;
  readonly findings: readonly Finding[];
  /** A hash of all events of the run, which is equal for the same plan on every machine. */
  readonly digest: string;
  readonly calls: number;
  readonly connections: number;
  readonly slowestRecoveryMs: number;
  readonly isHistoryUndecided: boolean;
}

/** Runs a plan: core, cache and outbox with simulated servers, network and time. */
export async function simulate(plan: Plan, trace?: (line: string) => void): Promise<RunResult> {
  const time = new SimulatedTime(createRandom(plan.seed + 1));
  const uninstallTime = time.install();
  const findings = new Findings(() => time.now(), trace);
  const network = new SimulatedNetwork(time, createRandom(plan.seed + 2), (bytes) => calls.sent(bytes));
  const ledger = {
    ran: (args: readonly string[]) => calls.ran(args),
    subscribedAgain: (channel: string) => findings.add('messages', `${channel} was subscribed twice`),
  };
  const site = siteOf(plan.shape, { time, network, ledger, isPersistent: plan.isPersistent });
  const calls = new Calls(time, findings, site.databases);
  const uninstallNetwork = network.install();
  const onUncaught = (error: unknown): void => findings.add('uncaught', textOf(error));
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
  try {
    const run = new Run(plan, { time, network, site, login: { password: 'first' } }, findings, calls);
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

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
