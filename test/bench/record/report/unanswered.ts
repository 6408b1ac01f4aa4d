import type { Run } from '../run-world.js';

/**
 * Returns one line that names the clients that never got a reply, for example because the machine was too
 * busy; undefined if there are none.
 */
export function unanswered(runs: readonly Run[]): string | undefined {
  const missing = runs.filter(({ outcome }) => !hasAnswers(outcome));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ client, world, outcome }) => {
    const reason = outcome.kind === 'broken' ? `: ${outcome.reason}` : '';
    return `${client.label} in "${world.label}"${reason}`;
  });
  return `These had no answers, so nothing is written: ${names.join('; ')}. Run it again on a quiet machine.`;
}

function hasAnswers(outcome: Run['outcome']): boolean {
  if (outcome.kind === 'recorded') return outcome.figures.answered > 0;
  // A client that does not support this kind of server is not expected to get replies.
  return outcome.kind === 'refused';
}
