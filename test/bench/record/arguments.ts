import { parseArgs } from 'node:util';
import { allPeers } from '../faults/peers/all-peers.js';
import type { PeerKind } from '../faults/peers/peer.js';
import { wholeNumber } from '../report/whole-number.js';
import { leastSecondsEach } from './timetable.js';
import { cluster } from './worlds/cluster.js';
import { memory } from './worlds/memory.js';
import { secondDatabase } from './worlds/second-database.js';
import { sentinel } from './worlds/sentinel.js';
import { single } from './worlds/single.js';
import type { WorldKind } from './worlds/world.js';

/** The options of the command line. */
export interface Request {
  readonly seed: number;
  readonly minutes: number;
  readonly clients: readonly PeerKind[];
  readonly worlds: readonly WorldKind[];
  readonly faults: readonly string[] | undefined;
  readonly writesReport: boolean;
}

export const allWorlds: readonly WorldKind[] = [single, memory, sentinel, cluster, secondDatabase];
// The clients `ours-fallbacks`, which may answer without Redis, and `protect`, which uses the same connection as
// `ours`, are left out.
const recordedPeers = allPeers.filter(({ name }) => name !== 'ours-fallbacks' && name !== 'protect');
/** `node-redis-ping` differs from `node-redis` only in how soon it reconnects, not in the history of its calls. */
const defaultClients = recordedPeers.filter(({ name }) => name !== 'node-redis-ping');

export const usage = `Lets two processes of each client live through random faults of real servers, and checks all that they saw.

  npm run record -- [--minutes 15] [--seed 1] [--clients a,b] [--worlds a,b] [--faults a,b] [--no-report]

Runs of all clients through all faults are kept, and packages/core/RECORD.md and record.svg are made of them.
Clients: ${recordedPeers.map(({ name }) => name).join(', ')}
Worlds and their faults:
${allWorlds.map(({ name, faultNames }) => `  ${name}: ${faultNames.join(', ')}`).join('\n')}`;

/** @throws Error with a message of one line when the arguments are invalid */
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
  const names = [...new Set(worlds.flatMap(({ faultNames }) => faultNames))].map((name) => ({ name }));
  const faults = named('--faults', values.faults, names)?.map(({ name }) => name);
  const minutes = wholeNumber('--minutes', values.minutes, 1, 24 * 60);
  const leastMinutes = Math.ceil((worlds.length * leastSecondsEach) / 60);
  if (minutes < leastMinutes)
    throw new Error(
      `--minutes: ${worlds.length} worlds need at least ${leastMinutes}; name fewer by --worlds.`,
    );
  return {
    seed: wholeNumber('--seed', values.seed, 1, 2 ** 31),
    minutes,
    clients: named('--clients', values.clients, recordedPeers) ?? defaultClients,
    worlds,
    faults,
    writesReport: values.clients === undefined && faults === undefined && !values['no-report'],
  };
}

function named<T extends { readonly name: string }>(
  option: string,
  given: string | undefined,
  all: readonly T[],
): readonly T[] | undefined {
  const found = given?.split(',').map((name) => {
    const known = all.find((each) => each.name === name);
    if (known !== undefined) return known;
    throw new Error(
      `${option}: there is no "${name}". There are: ${all.map((each) => each.name).join(', ')}.`,
    );
  });
  return found === undefined ? undefined : [...new Set(found)];
}
