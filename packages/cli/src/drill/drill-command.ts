import { exitCodes } from '../exit-codes.ts';
import { styleFor, type Style } from '../style.ts';
import { drillUsage, parseDrillOptions, type DrillOptions } from './drill-options.ts';
import { hasPassed, newsOf, outcomeOf, type Drill, type Outcome } from './outcome.ts';
import { Progress } from './progress.ts';
import { rehearse } from './rehearse.ts';
import { drillJson } from './report/json.ts';
import { renderHtml } from './report/html.ts';
import { maskedCommand, maskedRequest } from './report/masked.ts';
import { renderDrillMarkdown } from './report/markdown.ts';
import { checkReportFiles, writeReportFiles } from './report/report-files.ts';
import { describeTrouble } from './trouble.ts';

const interrupted = 130;
const outOfTime = 'out of time';

/** Runs `redis-resilience drill`, and returns its exit code. @throws UsageError for invalid arguments */
export async function drillCommand(args: readonly string[]): Promise<number> {
  const options = parseDrillOptions(args);
  if (options === undefined) {
    process.stdout.write(`${drillUsage}\n`);
    return exitCodes.well;
  }
  if (options.report !== undefined) checkReportFiles(options.report);
  const stopper = new AbortController();
  const stop = (): void => stopper.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const timer = setTimeout(() => stopper.abort(outOfTime), options.maxSeconds * 1000);
  try {
    const drill = await run(options, stopper.signal);
    if (stopper.signal.aborted && drill.outcomes.length < options.plans.length) {
      const why = stopper.signal.reason === outOfTime ? ` after --max-seconds ${options.maxSeconds}` : '';
      process.stderr.write(`redis-resilience: the drill was stopped${why}. Nothing is left running.\n`);
      return interrupted;
    }
    report(drill, options);
    return drill.outcomes.every(hasPassed) ? exitCodes.well : exitCodes.broken;
  } finally {
    clearTimeout(timer);
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}

async function run(options: DrillOptions, signal: AbortSignal): Promise<Drill> {
  const startedAt = new Date();
  const outcomes: Outcome[] = [];
  const style = styleFor(process.stdout);
  const progress = new Progress(options.plans, process.stderr);
  let left = options.maxRequests;
  try {
    for (const plan of options.plans) {
      const bounded = { ...options, maxRequests: left };
      const rehearsal = await rehearse(plan, bounded, signal, (phase) => progress.show(plan, phase));
      progress.clear();
      if (signal.aborted) break;
      left -= rehearsal.samples.length;
      const outcome = outcomeOf(rehearsal);
      outcomes.push(outcome);
      if (!options.json) process.stdout.write(lineOf(outcome, style));
    }
  } finally {
    progress.clear();
  }
  return {
    command: maskedCommand(options.command),
    requests: options.urls.map(maskedRequest),
    seed: options.seed,
    rate: options.rate,
    startedAt,
    node: process.version,
    outcomes,
  };
}

function lineOf({ rehearsal, figures, misses, troubles }: Outcome, style: Style): string {
  const { requests, failed, refused, unknown, p50Ms, p99Ms, hangMs, recoveryMs, neverRecovered } = figures;
  const verdict = misses.length === 0 ? style.green('pass') : style.red('FAIL');
  const cells = [
    `${failed} of ${requests} failed`.padEnd(18),
    `${refused} refused`.padEnd(12),
    `${unknown} unknown`.padEnd(12),
    `p50 ${p50Ms} ms`.padEnd(12),
    `p99 ${p99Ms} ms`.padEnd(12),
    `longest ${hangMs} ms`.padEnd(16),
    neverRecovered ? 'not recovered' : `recovered ${recoveryMs} ms`,
  ];
  const told = [...misses.map(({ message }) => message), ...troubles.map(describeTrouble)];
  const details = told.map((line) => style.dim(`${' '.repeat(24)}${line}\n`)).join('');
  return `${rehearsal.plan.name.padEnd(18)} ${verdict}  ${cells.join('')}\n${details}`;
}

function report(drill: Drill, options: DrillOptions): void {
  if (options.json) process.stdout.write(`${JSON.stringify(drillJson(drill), undefined, 2)}\n`);
  else process.stdout.write(`\n${newsOf(drill)}\n`);
  if (options.report === undefined) return;
  writeReportFiles(options.report, { md: renderDrillMarkdown(drill), html: renderHtml(drill) });
  if (!options.json) process.stdout.write(`reports: ${options.report}.md, ${options.report}.html\n`);
}
