import { parseArgs } from 'node:util';
import { positiveNumber } from '../report/positive-number.js';
import { crowdRows, rowNamed, rows, type Row } from './catalogue.js';
import { applicationFaults, crowdFaults, faults, type Fault } from './fault.js';
import { ways, type Way } from './subject.js';

/** The options of the command line. */
export interface Request {
  readonly chosen: readonly Row[];
  readonly tasks: readonly { readonly name: string; readonly way: Way; readonly fault: Fault }[];
  readonly crowds: boolean;
  readonly parallel: number;
  readonly minutes: number;
  readonly json: string | undefined;
  readonly merge: string | undefined;
  /** Whether to write ECOSYSTEM.md when the results of all runs exist. */
  readonly writesReport: boolean;
}

export const usage = `Puts the libraries that sit on Redis through outages, on plain ioredis, on the protected client as it is, and by
the helper that the guide documents.

  npm run ecosystem -- [--rows a,b] [--ways plain,as-is,helper] [--faults killed,frozen,booted,closed]
                       [--parallel 3] [--minutes 15] [--json file] [--merge file]
  npm run ecosystem -- --crowds   500 visitors of Socket.IO, 200 requests/s to Nest, BullMQ, for 2, 15 and 3 s; 350 requests/s
                                  to an application of six libraries on node-redis, for 2.5, 8 and 3 s

  --json         writes what was measured; --merge takes what an earlier run wrote, and runs only what is missing

A run of everything writes packages/fallback/ECOSYSTEM.md; --no-report leaves it.
Rows:   ${rows.map(({ name }) => name).join(', ')}
Faults: ${faults.map(({ name, says }) => `${name} (${says})`).join('\n        ')}`;

/** @throws Error with a message of one line when the arguments are invalid */
export function requestIn(args: readonly string[]): Request | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string' },
      ways: { type: 'string' },
      faults: { type: 'string' },
      parallel: { type: 'string', default: '3' },
      minutes: { type: 'string', default: '15' },
      json: { type: 'string' },
      merge: { type: 'string' },
      crowds: { type: 'boolean', default: false },
      'no-report': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { crowds, json, merge } = values;
  const chosen = values.rows?.split(',').map(rowNamed) ?? (crowds ? crowdRows : rows);
  const chosenWays = namesIn('ways', values.ways, ways) ?? ways;
  const allFaults = (crowds ? crowdFaults : faults).map(({ name }) => name);
  const known = [...faults, ...crowdFaults, ...applicationFaults].map(({ name }) => name);
  const chosenFaults = namesIn('faults', values.faults, [...new Set(known)]);
  const tasks = chosen.flatMap(({ name, without = {}, faults: own }) =>
    chosenWays
      .filter((way) => !(way in without))
      .flatMap((way) => (chosenFaults ?? own ?? allFaults).map((fault) => ({ name, way, fault }))),
  );
  const isPart = [values.rows, values.ways, values.faults].some((part) => part !== undefined);
  return {
    chosen,
    tasks,
    crowds,
    parallel: positiveNumber('--parallel', values.parallel),
    minutes: positiveNumber('--minutes', values.minutes),
    json,
    merge,
    writesReport: !isPart && !crowds && !values['no-report'],
  };
}

function namesIn<Name extends string>(
  option: string,
  given: string | undefined,
  known: readonly Name[],
): readonly Name[] | undefined {
  const names = given?.split(',');
  const unknown = names?.find((name) => !known.includes(name as Name));
  if (unknown !== undefined)
    throw new Error(`--${option}: there is no ${unknown}; there are: ${known.join(', ')}.`);
  return names as readonly Name[] | undefined;
}
