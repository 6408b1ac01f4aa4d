import { networkInterfaces } from 'node:os';
import type { Deadline } from '../../deadline.ts';
import type { Endpoint } from '../../target/walk-target.ts';
import { gatherLog, type LogEvidence } from './log.ts';
import { gatherOomKills } from './oom-killer.ts';
import { portOwner, type PortOwner } from './port-owner.ts';
import { redisProcesses, type RedisProcess } from './processes.ts';
import { bootUnit, type BootUnit } from './unit.ts';

/** What this host shows about a target that runs on it. */
export interface HostEvidence {
  readonly processes: readonly RedisProcess[];
  /** The Redis process that listens on the target's port or unix socket. */
  readonly serving: RedisProcess | undefined;
  /** The process that listens on the target's port, whether it is Redis or not. */
  readonly owner: PortOwner | undefined;
  readonly log: LogEvidence | undefined;
  readonly oomKills: readonly string[];
  readonly unit: BootUnit | undefined;
}

/** Whether at least one of these IP addresses belongs to this machine. */
export function isThisHost(addresses: readonly string[]): boolean {
  const own = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  return addresses.some(
    (address) => address.startsWith('127.') || address === '::1' || own.includes(address),
  );
}

/** Inspects the processes and logs of this host. Undefined if the time runs out, and on systems other than Linux. */
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
      oomKills: isAlone ? await gatherOomKills(deadline.clock.wallNow()) : [],
      unit,
    };
  };
  return deadline.race(look(), undefined);
}

function serves(process: RedisProcess, endpoint: Endpoint): boolean {
  if (endpoint.path !== undefined) return process.sockets.includes(endpoint.path);
  return process.listens.some(({ port }) => port === endpoint.port);
}
