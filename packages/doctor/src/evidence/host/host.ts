import { networkInterfaces } from 'node:os';
import type { Deadline } from '../../deadline.ts';
import type { Endpoint } from '../../target/walk-target.ts';
import { gatherLog, type LogEvidence } from './log.ts';
import { gatherOomKills } from './oom-killer.ts';
import { portOwner, type PortOwner } from './port-owner.ts';
import { redisProcesses, type RedisProcess } from './processes.ts';
import { bootUnit, type BootUnit } from './unit.ts';

/** What this host knows, when the target is on it. */
export interface HostEvidence {
  readonly processes: readonly RedisProcess[];
  /** The process that serves the target: the right port or socket. */
  readonly serving: RedisProcess | undefined;
  /** Whoever listens on the target's port. */
  readonly owner: PortOwner | undefined;
  readonly log: LogEvidence | undefined;
  readonly oomKills: readonly string[];
  readonly unit: BootUnit | undefined;
}

/** Whether one of the addresses is this machine's own. */
export function isThisHost(addresses: readonly string[]): boolean {
  const own = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  return addresses.some(
    (address) => address.startsWith('127.') || address === '::1' || own.includes(address),
  );
}

/** Looks around on this host, on Linux through /proc; elsewhere there is nothing to see. */
export async function gatherHost(endpoint: Endpoint, deadline: Deadline): Promise<HostEvidence | undefined> {
  if (process.platform !== 'linux') return undefined;
  const look = async (): Promise<HostEvidence> => {
    const [processes, unit] = await Promise.all([redisProcesses(), bootUnit()]);
    const serving = processes.find((each) => serves(each, endpoint));
    const isAlone = serving === undefined;
    return {
      processes,
      serving,
      owner: endpoint.path === undefined ? await portOwner(endpoint.port, isAlone) : undefined,
      log: await gatherLog(serving, endpoint.port),
      oomKills: isAlone ? await gatherOomKills() : [],
      unit,
    };
  };
  return deadline.race(look(), undefined);
}

function serves(process: RedisProcess, endpoint: Endpoint): boolean {
  if (endpoint.path !== undefined) return process.sockets.includes(endpoint.path);
  return process.listens.some(({ port }) => port === endpoint.port);
}
