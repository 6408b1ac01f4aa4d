import type { Row } from './sections.js';
import type { Outcome } from './simulate.js';

/** One row of a table: the mean over several outages, or the worst case where that matters more. */
export interface Summary extends Omit<Outcome, 'curve'> {
  readonly label: string;
  /**
   * The shortest time in which 99 % of the connections can recover, given how many the server accepts per
   * second. Seconds.
   */
  readonly lowerBoundP99: number;
  /** The recovery over time in the first outage of the row. */
  readonly curve: readonly number[];
}

export function summarise(row: Row, outcomes: readonly Outcome[], connectsPerSecond: number): Summary {
  const mean = (pick: (outcome: Outcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + pick(outcome), 0) / outcomes.length;
  const [{ processes, connectionsPerProcess }] = row.scenarios as [Row['scenarios'][number]];
  return {
    label: row.label,
    lowerBoundP99: (0.99 * processes * connectionsPerProcess) / connectsPerSecond,
    p50: mean(({ p50 }) => p50),
    p99: mean(({ p99 }) => p99),
    max: Math.max(...outcomes.map(({ max }) => max)),
    processP50: mean(({ processP50 }) => processP50),
    processP99: mean(({ processP99 }) => processP99),
    peakPer10Ms: Math.max(...outcomes.map(({ peakPer10Ms }) => peakPer10Ms)),
    drops: mean(({ drops }) => drops),
    attemptRate: mean(({ attemptRate }) => attemptRate),
    synRate: mean(({ synRate }) => synRate),
    curve: outcomes[0]?.curve ?? [],
  };
}

/** Returns a Markdown table that also fits into a terminal. */
export function tableOf(title: string, summaries: readonly Summary[], isByProcess: boolean): string {
  const head = ['', 'p50 s', 'p99 s', 'max s', 'peak/10 ms', 'attempts/s', 'SYN/s', 'dropped SYN'];
  if (isByProcess) head.push('first p50 s', 'first p99 s');
  const lines = summaries.map((summary) => {
    const cells = [
      summary.label,
      seconds(summary.p50),
      seconds(summary.p99),
      seconds(summary.max),
      Math.round(summary.peakPer10Ms).toLocaleString('en'),
      summary.attemptRate.toFixed(2),
      summary.synRate.toFixed(2),
      Math.round(summary.drops).toLocaleString('en'),
    ];
    if (isByProcess) cells.push(seconds(summary.processP50), seconds(summary.processP99));
    return cells;
  });
  const widths = head.map((name, column) =>
    Math.max(name.length, ...lines.map((cells) => cells[column]!.length)),
  );
  const pad = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [`### ${title}`, '', pad(head), rule, ...lines.map(pad), ''].join('\n');
}

function seconds(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : 'never';
}
