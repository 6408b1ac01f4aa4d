import { info, warning } from '../../finding.ts';
import { redisCli } from '../redis-cli.ts';
import { onEachNode } from '../rule.ts';
import { command } from '../command.ts';

/** Reports that the server closes idle connections. */
export const idleTimeoutRule = onEachNode((node, evidence) => {
  const { config = {} } = node.server ?? {};
  const timeout = Number(config['timeout'] ?? 0);
  if (timeout === 0) return undefined;
  return warning(
    'idle-timeout',
    'The server closes idle connections; after a quiet period, clients find their sockets closed.',
    { timeoutSeconds: timeout },
    redisCli(node, evidence, 'CONFIG SET timeout 0'),
  );
});

/** Reports that the server sends no TCP keepalive probes. */
export const keepAliveRule = onEachNode((node, evidence) => {
  const keepAlive = node.server?.config['tcp-keepalive'];
  if (keepAlive !== '0' || node.endpoint.path !== undefined) return undefined;
  return warning(
    'tcp-keepalive',
    'The server sends no TCP keepalive; connections of vanished clients stay open, and firewalls drop idle ones.',
    { keepAliveSeconds: 0 },
    redisCli(node, evidence, 'CONFIG SET tcp-keepalive 300'),
  );
});

const oldestMajor = 6;

/** Reports a Redis version before 6 as a warning, and a version before 6.2 as information. */
export const versionRule = onEachNode((node) => {
  const { server } = node;
  const version = server?.info['redis_version'];
  const match = /^(\d+)\.(\d+)/.exec(version ?? '');
  if (match === null || version === undefined) return undefined;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major < oldestMajor) {
    const message = 'The server is older than Redis 6: no user names, no RESP3, no TLS of its own, no fixes.';
    return warning('old-version', message, { version }, 'Plan the update of the server.');
  }
  if (major < 6 || (major === 6 && minor < 2)) {
    const message = 'The server is older than Redis 6.2 and no longer gets fixes.';
    return info('old-version', message, { version }, 'Plan the update of the server.');
  }
  return undefined;
});

/**
 * Reports which of the doctor's queries the server refused or does not know, because the diagnosis lacks their results.
 */
export const permissionsRule = onEachNode((node) => {
  const { server, part } = node;
  if (server === undefined || part === 'sentinel' || server.role === 'sentinel') return undefined;
  const others = server.refused.filter((command) => command !== 'INFO' && command !== 'MULTI');
  const found = [];
  if (server.refused.includes('INFO')) {
    found.push(
      info(
        'info-refused',
        'This user may not run INFO, so memory, persistence and replication were judged by refused writes alone.',
        { user: server.user, command: 'INFO' },
        command`ACL SETUSER ${server.user ?? 'USER'} +info`,
      ),
    );
  }
  if (others.length > 0) {
    found.push(
      info(
        'not-permitted',
        'Some parts were not looked at, because this user may not ask for them.',
        { user: server.user, commands: others },
        'Nothing to do: an application needs none of these.',
      ),
    );
  }
  return found;
});

const freshSeconds = 60;

/** Reports that the server started less than a minute ago. */
export const restartedRule = onEachNode((node) => {
  const uptime = Number(node.server?.info['uptime_in_seconds'] ?? Number.NaN);
  if (!(uptime < freshSeconds) || node.part === 'sentinel') return undefined;
  return info(
    'restarted',
    'The server started less than a minute ago.',
    { uptimeSeconds: uptime },
    'Look at its log for why it was restarted.',
  );
});
