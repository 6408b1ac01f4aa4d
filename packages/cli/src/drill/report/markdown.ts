import { hasPassed, type Drill, type Outcome } from '../outcome.ts';

/** The report for a ticket or a pull request. */
export function renderDrillMarkdown(drill: Drill): string {
  const passed = drill.outcomes.filter(hasPassed).length;
  const lines = [
    '# Redis drill',
    '',
    `**${passed === drill.outcomes.length ? 'Passed' : 'Failed'}**: ${passed} of ${drill.outcomes.length} plans kept their thresholds.`,
    '',
    `- command: \`${drill.command}\``,
    `- requests: ${drill.requests.map((each) => `\`${each}\``).join(', ')} at ${drill.rate} a second`,
    `- seed ${drill.seed}, Node ${drill.node}, ${drill.startedAt.toISOString()}`,
    '',
    '| plan | verdict | requests | failed | refused | p50 | p99 | longest | recovered | health well after | memory |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...drill.outcomes.map(row),
    ...drill.outcomes.flatMap(section),
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
  const { rehearsal, figures, misses } = outcome;
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
  ];
}
