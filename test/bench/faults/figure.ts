/**
 * The measurements of one run, by name. The value is `null` if the event, such as a recovery, did not happen during the
 * run. A measurement that the run does not make is absent.
 */
export type Figures = Readonly<Partial<Record<FigureName, number | null>>>;

export type FigureName = keyof typeof figureColumns;

/** The heading and the explanation of each measurement in tables. Tables show the columns in this order. */
export const figureColumns = {
  recoveredMs: {
    heading: 'recovered',
    unit: 'ms',
    meaning: 'from the first raw TCP PING that is answered again to the first call that is answered, in ms',
  },
  lastRecoveredMs: {
    heading: 'all recovered',
    unit: 'ms',
    meaning:
      'from the first raw TCP PING that is answered again until the last client, or the last group of slots, gets a call answered, in ms',
  },
  roundTrips: {
    heading: 'round trips',
    unit: 'count',
    meaning: 'from the reset of a connection to the next reply to the caller, all attempts together',
  },
  awayP50Ms: {
    heading: 'call p50',
    unit: 'ms',
    meaning: 'median duration of calls that were issued while Redis was unavailable, in ms',
  },
  awayP99Ms: {
    heading: 'p99',
    unit: 'ms',
    meaning: '99th percentile of the durations of calls that were issued while Redis was unavailable',
  },
  awayMaxMs: {
    heading: 'max',
    unit: 'ms',
    meaning: 'longest duration of a call that was issued while Redis was unavailable',
  },
  answered: { heading: 'answered', unit: 'count', meaning: 'calls that succeeded' },
  failed: { heading: 'failed', unit: 'count', meaning: 'calls that failed from the fault to the recovery' },
  failedOrLate: {
    heading: 'failed or over 1.1 s',
    unit: 'count',
    meaning:
      'calls that failed, or took longer than 1.1 s; this figure compares clients that give up after 1 s with clients that keep trying',
  },
  outOfReach: {
    heading: 'out of reach',
    unit: 'count',
    meaning:
      'calls for unavailable slots, issued more than 1 s before these slots were served again, so that a client that gives up after 1 s cannot get them answered. The longer the election takes, the more calls are out of reach',
  },
  bystanders: {
    heading: 'bystanders failed',
    unit: 'count',
    meaning:
      'failed calls for slots whose primary was never unavailable and did not reply CLUSTERDOWN during the whole call',
  },
  bareRefusals: {
    heading: 'bare refusals',
    unit: 'count',
    meaning: "calls that failed with the server's own READONLY, LOADING or max-clients reply",
  },
  incrementsFailed: {
    heading: 'INCR failed',
    unit: 'count',
    meaning: 'INCRs that failed',
  },
  overMs: {
    heading: 'over',
    unit: 'ms',
    meaning: 'from the fault until another database was in use, in ms',
  },
  changes: { heading: 'changes', unit: 'count', meaning: 'how often another database came into use' },
  gaps: {
    heading: 'gaps reported',
    unit: 'count',
    meaning: 'how often a subscriber was told that messages may be missing',
  },
  leaked: {
    heading: 'leaked',
    unit: 'count',
    meaning: 'sockets that are open at the end and were not open before',
  },
  throughputShare: {
    heading: 'throughput',
    unit: 'share',
    meaning: 'calls a second with two databases, as a share of those with one',
  },
  readsFailed: {
    heading: 'reads failed',
    unit: 'count',
    meaning: 'reads that failed while only writes were refused',
  },
  hangs: { heading: 'over 2 s', unit: 'count', meaning: 'calls that took longer than 2 s' },
  unsettled: {
    heading: 'never settled',
    unit: 'count',
    meaning: 'calls that had neither succeeded nor failed when the run ended',
  },
  errorsAfter: {
    heading: 'errors after',
    unit: 'count',
    meaning: 'calls issued after the recovery that failed',
  },
  duplicates: {
    heading: 'ran twice',
    unit: 'count',
    meaning: 'calls whose write the server applied more than once',
  },
  lost: { heading: 'lost', unit: 'count', meaning: 'acknowledged writes that are not on the server' },
  missing: {
    heading: 'keys missing',
    unit: 'count',
    meaning: 'keys that a script set right before it quit, and that are not on the server',
  },
  unwanted: {
    heading: 'unwanted',
    unit: 'count',
    meaning: 'messages on a channel from which the subscriber had unsubscribed',
  },
  cpuSeconds: {
    heading: 'CPU s',
    unit: 's',
    meaning: 'CPU time that the process used while Redis was unavailable, in seconds',
  },
  wrong: {
    heading: 'wrong answers',
    unit: 'count',
    meaning: 'acknowledged calls that did not return the reply of the first execution',
  },
  ghosts: {
    heading: 'ghosts',
    unit: 'count',
    meaning: 'calls that ran although the caller was told that they failed',
  },
  ghostsDenied: {
    heading: 'said not to run',
    unit: 'count',
    meaning: 'ghosts whose error claims that they did not run',
  },
  missedGuards: {
    heading: 'guard missed',
    unit: 'count',
    meaning: 'of 10 transactions, those that were applied although the watched key had changed',
  },
  loginsLost: {
    heading: 'logins lost',
    unit: 'count',
    meaning: 'requests of signed-in users that were treated as not signed in',
  },
  mostLoads: {
    heading: 'most loads at once',
    unit: 'count',
    meaning:
      'the largest number of loads requested from the source at the same time, from the fault on; the source runs at most 5 at a time',
  },
  outdated: {
    heading: 'outdated',
    unit: 'count',
    meaning: 'values that had exceeded their ttl by a quarter or more',
  },
  overLimit: {
    heading: 'above the limit',
    unit: 'count',
    meaning: 'requests above the limit that were let through while Redis was unavailable',
  },
  ended: { heading: 'died', unit: 'count', meaning: 'processes that the outage ended' },
  printedLines: {
    heading: 'lines printed',
    unit: 'count',
    meaning: 'lines on stdout and stderr that the application did not print',
  },
  attemptsPerSecond: {
    heading: 'attempts/s',
    unit: 'count',
    meaning: 'connection attempts of the process per second of outage',
  },
  unhandled: {
    heading: 'unhandled',
    unit: 'count',
    meaning: 'unhandled rejections, each of which ends a process by default',
  },
} as const satisfies Record<string, { heading: string; unit: Unit; meaning: string }>;

type Unit = 'ms' | 's' | 'count' | 'share';

export const figureNames = Object.keys(figureColumns) as FigureName[];
