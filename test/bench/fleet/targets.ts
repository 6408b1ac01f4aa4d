import type { Section } from './sections.js';
import type { Summary } from './summary.js';

/** A requirement for the dialer, and whether it was met. */
export interface Verdict {
  readonly target: string;
  readonly isMet: boolean;
}

const p99Factor = 1.05;
const maxAttemptRate = 0.6;
const blipMs = 1_000;

/** Checks the built dialer against the requirements for 10,000 clients with one connection each. */
export function judge(section: Section, summaries: readonly Summary[]): Verdict[] {
  const index = section.rows.findIndex(
    ({ strategy, scenarios }) => strategy === 'Redis Resilience' && scenarios[0]?.processes === 10_000,
  );
  const [row, summary] = [section.rows[index], summaries[index]];
  if (row === undefined || summary === undefined) return [];
  const { p99, lowerBoundP99, drops, attemptRate } = summary;
  const verdicts = [
    {
      target: `p99 ${p99.toFixed(3)} s, at most ${p99Factor} x the lower bound of ${lowerBoundP99.toFixed(2)} s`,
      isMet: p99 <= p99Factor * lowerBoundP99,
    },
    { target: `${Math.round(drops)} dropped SYNs, at most 0`, isMet: drops === 0 },
  ];
  if (row.scenarios.every(({ outageMs }) => outageMs >= blipMs)) {
    verdicts.push({
      target: `${attemptRate.toFixed(2)} attempts per second and client, at most ${maxAttemptRate}`,
      isMet: attemptRate <= maxAttemptRate,
    });
  }
  return verdicts.map(({ target, isMet }) => ({ target: `${section.title}: ${target}`, isMet }));
}
