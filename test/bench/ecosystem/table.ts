import { rowNamed } from './catalogue.js';
import { applicationFaults, crowdFaults, type Fault } from './fault.js';
import type { Run } from './run-once.js';
import type { Way } from './subject.js';

const sums = ['library', 'way', 'over 2 s', 'unhandled', 'lost', 'doubled', 'CPU away'];

export const headings = [...sums, ...headingsOf(['killed', 'frozen', 'booted']), 'close', 'exits'];

const crowdFaultNames = [...new Set([...crowdFaults, ...applicationFaults].map(({ name }) => name))];

export const crowdHeadings = [...sums, 'slowest', 'failed until', ...headingsOf(crowdFaultNames)];

const wayLabels: Record<Way, string> = { plain: 'plain', 'as-is': 'protected as it is', helper: 'helper' };

/** Returns one line of the table: one library, connected in one way, with all faults. */
export function tableRow(runs: readonly Run[]): string[] {
  return [
    ...sumsOf(runs),
    backIn(runs, 'killed'),
    backIn(runs, 'frozen'),
    backIn(runs, 'booted'),
    closing(runs),
    runs.every(({ exits }) => exits)
      ? 'yes'
      : `no: ${runs.flatMap((r) => (r.exits ? [] : [r.fault])).join()}`,
  ];
}

/** Returns one line of the table about many users. */
export function crowdRow(runs: readonly Run[]): string[] {
  const most = (field: 'slowestMs' | 'failedUntilMs'): string =>
    `${Math.max(...runs.map(({ figures }) => figures?.[field] ?? 0))} ms`;
  return [
    ...sumsOf(runs),
    most('slowestMs'),
    most('failedUntilMs'),
    ...crowdFaultNames.map((name) => backIn(runs, name)),
  ];
}

function headingsOf(names: readonly Fault[]): string[] {
  return names.map((name) => `${name}: back in`);
}

function sumsOf(runs: readonly Run[]): string[] {
  const [first] = runs;
  if (first === undefined) return [];
  const sum = (field: 'slowCalls' | 'unhandled' | 'lost' | 'doubled'): string =>
    String(runs.reduce((total, { figures }) => total + (figures?.[field] ?? 0), 0));
  const outages = runs.filter(({ fault }) => fault !== 'closed');
  const cpu = Math.max(...outages.map(({ figures }) => figures?.cpuShare ?? Number.NaN));
  return [
    rowNamed(first.row).label,
    wayLabels[first.way],
    sum('slowCalls'),
    sum('unhandled'),
    sum('lost'),
    sum('doubled'),
    Number.isFinite(cpu) ? `${Math.round(cpu * 100)} %` : '—',
  ];
}

function backIn(runs: readonly Run[], fault: Fault): string {
  const run = runs.find((each) => each.fault === fault);
  if (run === undefined) return '';
  if (run.figures === undefined) return 'broken';
  const { resumedMs } = run.figures;
  return resumedMs === null ? 'never' : `${resumedMs} ms`;
}

function closing(runs: readonly Run[]): string {
  const run = runs.find(({ fault }) => fault === 'closed');
  if (run === undefined) return '';
  if (run.closed === undefined) return 'broken';
  const rejected = runs.some(({ closed }) => closed?.error !== undefined);
  return `${run.closed.ms >= 10_000 ? 'hangs' : `${run.closed.ms} ms`}${rejected ? ', rejects' : ''}`;
}
