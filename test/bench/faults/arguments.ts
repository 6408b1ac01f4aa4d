import { parseArgs } from 'node:util';
import { positiveNumber } from '../report/positive-number.js';
import { checkNames } from './contestants.js';
import { allPeers } from './peers/all-peers.js';
import { allRows, rowsNamed } from './rows/all-rows.js';
import type { RunPlan } from './run-all.js';

/** The options of the command line. */
export interface Request {
  readonly plan: RunPlan;
  /**
   * Whether the results are kept, and FAULTS.md is written anew from them and from results that were kept
   * earlier.
   */
  readonly writesReport: boolean;
  /** The path of a file for the results of these runs. */
  readonly json: string | undefined;
}

export const usage = `Breaks a real Redis in every way the fault table knows, in front of each client in turn, and says what callers saw.

  npm run faults -- [--rows a,b] [--clients a,b] [--repetitions 3] [--seed 1] [--quick] [--minutes n] [--json file]

  --rows         some rows; a name stands for all rows that begin with it, as "cluster" does
  --minutes      nothing new is begun after so many minutes (default 30, with --quick 6)
  --quick        the short rows, once
  --report       keeps the results of the rows that were run with all their clients
  --no-report    keeps nothing

A run of all rows and clients keeps its results, one of some rows does so with --report: they take the place of the
earlier results of the same rows, and packages/core/FAULTS.md and outage.svg are made of all that is kept.
Rows:    ${allRows.map(({ name }) => name).join(', ')}
Clients: ${allPeers.map(({ name }) => name).join(', ')}
Stacks:
${stacksByRow()}`;

/** @throws Error with a message of one line when the arguments are invalid */
export function requestIn(args: readonly string[]): Request | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string' },
      clients: { type: 'string' },
      repetitions: { type: 'string' },
      seed: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      json: { type: 'string' },
      'no-report': { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const isQuick = values.quick;
  const rows = [
    ...new Set(
      values.rows?.split(',').flatMap(rowsNamed) ?? allRows.filter((row) => !(isQuick && row.isLong)),
    ),
  ];
  const clients = values.clients === undefined ? undefined : checkNames(rows, values.clients.split(','));
  if (values.report && (clients !== undefined || isQuick))
    throw new Error(
      '--report: a row is kept with all its clients, and as long as it is; leave out --clients and --quick.',
    );
  const isWhole = values.rows === undefined && clients === undefined && !isQuick;
  return {
    plan: {
      rows,
      clients,
      repetitions: positiveNumber('--repetitions', values.repetitions ?? (isQuick ? '1' : '3')),
      seed: positiveNumber('--seed', values.seed),
      isQuick,
      budgetMs: positiveNumber('--minutes', values.minutes ?? (isQuick ? '6' : '30')) * 60_000,
    },
    writesReport: values.report || (isWhole && !values['no-report']),
    json: values.json,
  };
}

function stacksByRow(): string {
  return allRows
    .filter(({ stacks }) => stacks !== undefined)
    .map(({ name, stacks }) => `         ${name}: ${stacks?.map((stack) => stack.name).join(', ')}`)
    .join('\n');
}
