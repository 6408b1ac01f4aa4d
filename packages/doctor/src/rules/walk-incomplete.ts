import { info } from '../finding.ts';
import { onAll } from './rule.ts';

/** The bound on time was reached. */
export const walkIncompleteRule = onAll(({ ranOut, timeoutMs }) => {
  if (!ranOut) return undefined;
  return info(
    'walk-incomplete',
    'The walk reached its bound on time; what comes later was not looked at.',
    { timeoutMs },
    'Run it again with a larger --timeout.',
  );
});
