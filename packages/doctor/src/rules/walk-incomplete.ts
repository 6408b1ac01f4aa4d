import { info } from '../finding.ts';
import { onAll } from './rule.ts';

/** Reports that the time limit was reached before everything was examined. */
export const walkIncompleteRule = onAll(({ ranOut, timeoutMs }) => {
  if (!ranOut) return undefined;
  return info(
    'walk-incomplete',
    'The walk reached its time limit; later steps were not looked at.',
    { timeoutMs },
    'Run it again with a larger --timeout.',
  );
});
