import { failedFirst, hasPassed, newsOf, type Drill, type Outcome } from '../outcome.ts';
import { describeTrouble } from '../trouble.ts';

/** Writes the report of a drill as Markdown, for a ticket or a pull request. */
export function renderDrillMarkdown(drill: Drill): string {
  const outcomes = failedFirst(drill.outcomes);
  const lines = [
    '# Redis drill',
    '',
    `**${outcomes.every(hasPassed) ? 'Passed' : 'Failed'}**: ${newsOf(drill)}`,
    '',
    `- command: \`${drill.command}\``,
    `- requests: ${drill.requests.map((each) => `\`${each}\``).join(', ')} at ${drill.rate} a second`,
    `- seed ${drill.seed}, Node ${drill.node}, ${drill.startedAt.toISOString()}`,
    '',
    '| plan | verdict | requests | failed | refused | unknown | p50 | p99 | longest | recovered | health well after | memory |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...outcomes.map(row),
    ...outcomes.flatMap(section),
  ];
  return `${lines.join('\n')}\n`;
}

function row(outcome: Outcome): string {
  const { figures, rehearsal } = outcome;
  const cells = [
    rehearsal.plan.name,
    hasPassed(outcome) ? 'pass' : '**fail**',
    figures.requests,
    figures.failed,
    figures.refused,
    figures.unknown,
    `${figures.p50Ms} ms`,
    `${figures.p99Ms} ms`,
    `${figures.hangMs} ms`,
    figures.neverRecovered ? 'never' : `${figures.recoveryMs} ms`,
    figures.healthRecoveryMs === undefined ? '-' : `${figures.healthRecoveryMs} ms`,
    figures.memoryGrowthMb === undefined ? '-' : `+${figures.memoryGrowthMb} MB`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function section(outcome: Outcome): readonly string[] {
  const { rehearsal, figures, misses, troubles } = outcome;
  return [
    '',
    `## ${rehearsal.plan.name}`,
    '',
    rehearsal.plan.description,
    '',
    `- readiness: ${figures.readiness}`,
    `- liveness: ${figures.liveness}`,
    ...(misses.length === 0
      ? ['- every threshold was kept']
      : misses.map(({ message }) => `- missed: ${message}`)),
    ...troubles.map((trouble) => `- ${describeTrouble(trouble)}`),
  ];
}
