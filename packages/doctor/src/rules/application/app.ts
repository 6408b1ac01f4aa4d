import type { CauseCode } from '@redis-resilience/core';
import type { Evidence } from '../../evidence/evidence.ts';
import { error, info, warning } from '../../finding.ts';
import { onAll } from '../rule.ts';
import { command } from '../command.ts';

/** Reports whether a running application and the doctor agree about Redis. */
export const appRule = onAll((evidence) => {
  const { app } = evidence;
  if (app === undefined) return undefined;
  if (app.failure !== undefined) {
    return warning(
      'app-unreachable',
      'The health endpoint of the application could not be read.',
      { url: app.url, httpStatus: app.httpStatus, failure: app.failure },
      command`curl -i ${app.url}`,
    );
  }
  const away = app.checks.filter(({ status }) => status !== 'up');
  const facts = {
    url: app.url,
    status: app.status,
    connections: app.checks.map(
      ({ name, status, cause }) => `${name}: ${status}${cause ? ` (${cause})` : ''}`,
    ),
    outages: app.checks.reduce((sum, { outages }) => sum + outages, 0),
  };
  const worksHere = isServing(evidence);
  if (away.length > 0 && worksHere) {
    return error(
      'app-disagrees',
      'Redis answers here, but the application says that it cannot use it: its address, network or credentials differ.',
      { ...facts, causes: away.flatMap(({ cause }) => (cause as CauseCode | undefined) ?? []) },
      'Compare the REDIS_URL of the application, and run the doctor where the application runs.',
    );
  }
  if (away.length === 0 && !worksHere) {
    return warning(
      'app-disagrees',
      'The application says that it can use Redis, but it cannot be reached from here: these may be different servers.',
      facts,
      'Compare the REDIS_URL of the application with the target of the doctor.',
    );
  }
  return info('history', 'The application sees what the doctor sees.', facts, command`curl ${app.url}`);
});

function isServing({ nodes }: Evidence): boolean {
  return nodes.every((node) => !node.isRequired || (node.server !== undefined && node.ping === 'PONG'));
}
