import { parseArgs } from 'node:util';
import { allPeers } from '../faults/peers/all-peers.js';
import type { PeerKind } from '../faults/peers/peer.js';
import { cluster } from './worlds/cluster.js';
import { sentinel } from './worlds/sentinel.js';
import { single } from './worlds/single.js';
import type { WorldKind } from './worlds/world.js';

/** What the command line asks for. */
export interface Request {
  readonly seed: number;
  readonly minutes: number;
  readonly clients: readonly PeerKind[];
  readonly worlds: readonly WorldKind[];
  readonly faults: readonly string[] | undefined;
  readonly writesReport: boolean;
}

const allWorlds: readonly WorldKind[] = [single, sentinel, cluster];
const allFaults: Readonly<Record<string, readonly string[]>> = {
  single: [
    'kill',
    'freeze',
    'reset',
    'cut-to-server',
    'cut-to-client',
    'drop',
    'partition',
    'refuse',
    'trickle',
    'latency',
    'pause-writes',
  ],
  sentinel: ['kill-primary', 'failover', 'freeze-primary', 'restart-replica', 'kill-connections'],
  cluster: ['kill-primary', 'failover', 'freeze-primary', 'move-slot', 'kill-connections'],
};
/** Breakers stand on ioredis: what they do to a history, ioredis does. */
const defaultClients = allPeers.filter(({ name }) => !/opossum|cockatiel|ping/.test(name));

export const usage = `Lets two processes of each client live through random faults of real servers, and checks all that they saw.

  npm run record -- [--minutes 15] [--seed 1] [--clients a,b] [--worlds a,b] [--faults a,b] [--no-report]

A run of all clients and worlds writes packages/core/RECORD.md and packages/core/record.svg.
Clients: ${allPeers.map(({ name }) => name).join(', ')}
Worlds:  ${allWorlds.map(({ name }) => name).join(', ')}
Faults:  ${Object.entries(allFaults)
  .map(([world, names]) => `${world}: ${names.join(', ')}`)
  .join('\n         ')}`;

/** @throws Error with one line for people, when the arguments make no sense */
export function requestIn(args: readonly string[]): Request | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '15' },
      seed: { type: 'string', default: '1' },
      clients: { type: 'string' },
      worlds: { type: 'string' },
      faults: { type: 'string' },
      'no-report': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const worlds = named('--worlds', values.worlds, allWorlds) ?? allWorlds;
  const faultNames = [...new Set(worlds.flatMap(({ name }) => allFaults[name] ?? []))].map((name) => ({
    name,
  }));
  const isWhole = [values.clients, values.worlds, values.faults].every((value) => value === undefined);
  return {
    seed: wholeNumber('--seed', values.seed, 2 ** 31),
    minutes: wholeNumber('--minutes', values.minutes, 24 * 60),
    clients: named('--clients', values.clients, allPeers) ?? defaultClients,
    worlds,
    faults: named('--faults', values.faults, faultNames)?.map(({ name }) => name),
    writesReport: isWhole && !values['no-report'],
  };
}

function named<T extends { readonly name: string }>(
  option: string,
  given: string | undefined,
  all: readonly T[],
): readonly T[] | undefined {
  return given?.split(',').map((name) => {
    const found = all.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new Error(
      `${option}: there is no "${name}". There are: ${all.map((each) => each.name).join(', ')}.`,
    );
  });
}

function wholeNumber(option: string, given: string, most: number): number {
  const value = /^\d+$/.test(given) ? Number(given) : NaN;
  if (value >= 1 && value <= most) return value;
  throw new Error(`${option} takes whole numbers from 1 to ${most}, not "${given}".`);
}
