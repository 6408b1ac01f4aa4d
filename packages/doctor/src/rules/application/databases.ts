import { warning } from '../../finding.ts';
import { onAll } from '../rule.ts';

/**
 * Reports databases that are not in use, and that could not take over in the state in which the RedisResilience last
 * saw them.
 */
export const standbyRule = onAll(({ application }) => {
  const away = (application?.databases ?? []).filter(({ inUse, health }) => !inUse && health === 'down');
  return away.map(({ name, cause, preferred, readOnly }) =>
    warning(
      'standby-away',
      preferred
        ? 'The preferred database cannot be used, so that another one stays in use.'
        : 'A database that is not in use cannot be used: nothing could take over.',
      { database: name, cause, readOnly },
      cause === undefined ? 'resilience.databases()' : 'Diagnose it by itself, with its own target.',
    ),
  );
});
