import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { redisOnLinux } from './accept-queue.js';
import { plot } from './plot.js';
import { runJobs } from './run-jobs.js';
import { sections, type Section } from './sections.js';
import { summarise, tableOf } from './summary.js';
import { judge } from './targets.js';

const usage = `Simulates fleets of clients whose Redis goes away and comes back: the real dialer on a simulated clock and
server, beside the reconnect rules of ioredis and node-redis. Deterministic; bounded; a minute or two on two idle cores.

  node test/bench/dist/fleet/main.js [--seed 1] [--all] [--json file] [--svg file]

  --all   adds 600 s black-holed, and two minutes`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    all: { type: 'boolean', default: false },
    json: { type: 'string' },
    svg: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else await run();

async function run(): Promise<void> {
  const startedAt = performance.now();
  const all = sections(Number(values.seed), values.all);
  const jobs = all.flatMap(({ rows }) =>
    rows.flatMap(({ strategy, scenarios }) => scenarios.map((scenario) => ({ strategy, scenario }))),
  );
  const outcomes = await runJobs(jobs, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${jobs.length} simulations`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

  let taken = 0;
  const tables = all.map((section) => ({
    section,
    summaries: section.rows.map((row) => {
      const of = outcomes.slice(taken, taken + row.scenarios.length);
      taken += row.scenarios.length;
      return summarise(row, of, redisOnLinux.connectsPerSecond);
    }),
  }));
  console.log(
    `The server proves ${redisOnLinux.connectsPerSecond} connections per second behind a listen queue of ${redisOnLinux.backlog}. ` +
      'Attempts and SYNs: per second and connection during the outage.\n',
  );
  for (const { section, summaries } of tables) {
    const isByProcess = section.rows.some(({ scenarios }) => (scenarios[0]?.connectionsPerProcess ?? 1) > 1);
    console.log(tableOf(section.title, summaries, isByProcess));
  }
  const verdicts = tables.flatMap(({ section, summaries }) => judge(section, summaries));
  for (const { target, isMet } of verdicts) console.log(`${isMet ? 'met   ' : 'MISSED'} ${target}`);
  console.error(`\n${jobs.length} simulations in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);

  if (values.json !== undefined) {
    const report = {
      seed: Number(values.seed),
      server: redisOnLinux,
      verdicts,
      sections: tables.map(({ section, summaries }) => ({ title: section.title, rows: summaries })),
    };
    writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  if (values.svg !== undefined) {
    const panels = [0, 4, 5].map((index) => {
      const { section, summaries } = tables[index]!;
      return { title: panelTitle(section), summaries };
    });
    writeFileSync(values.svg, plot(panels, 10_000));
  }
  if (verdicts.some(({ isMet }) => !isMet)) process.exitCode = 1;
}

/** Returns the title of a panel; the panel shows the first outage of its section. */
function panelTitle({ rows }: Section): string {
  const { kind, outageMs } = rows[0]!.scenarios[0]!;
  const length = outageMs < 1_000 ? `${outageMs} ms` : `${outageMs / 1_000} s`;
  return `10,000 clients after ${length}, ${kind}`;
}
