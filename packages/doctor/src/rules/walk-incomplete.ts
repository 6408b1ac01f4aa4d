import { info } from '../finding.ts';
import { onAll } from './rule.ts';

/** Reports that the time limit was reached before everything was examined. */
export const walkIncompleteRule = onAll(({ ranOut, timeoutMs }) => {
  if (!ranOut) return undefined;
  return info(
    'walk-incomplete',
    'The doctor reached its time limit, so later steps were not checked.',
    { timeoutMs },
    'Run it again with a larger --timeout.',
  );
});
