import { info, warning } from '../finding.ts';
import { onAll } from './rule.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { command } from './command.ts';

/** Reports that the OOM killer ended a Redis process on this host, if no server of the target answers now. */
export const oomKilledRule = onAll(({ host, nodes }) => {
  const isAnswered = nodes.some(({ server }) => server !== undefined);
  if (host === undefined || host.oomKills.length === 0 || isAnswered) return undefined;
  return warning(
    'oom-killed',
    'The OOM killer of this host has ended a Redis process within the last hour.',
    { kernelLog: host.oomKills },
    'Set maxmemory well below the memory of the host; journalctl -k | grep -i oom',
  );
});

/** Reports the last error in the log of the server on this host, if the target does not reply PONG to PING. */
export const logRule = onAll((evidence) => {
  const { host } = evidence;
  if (host?.log === undefined || isServed(evidence)) return undefined;
  return info(
    'log-error',
    'The log of the server on this host contains an error.',
    { file: host.log.file, line: host.log.lastError },
    command`tail -n 50 ${host.log.file}`,
  );
});

/** Reports that the systemd unit of Redis is not enabled, so that Redis does not start when the host boots. */
export const bootUnitRule = onAll(({ host, target }) => {
  const unit = host?.unit;
  if (unit === undefined || unit.isEnabled) return undefined;
  const isOfTarget =
    host?.serving === undefined ? target.endpoints[0]?.port === 6379 : host.serving.unit === unit.name;
  if (!isOfTarget) return undefined;
  const message = 'The systemd unit of Redis is not enabled: Redis will not start when this host boots.';
  return info('no-boot-unit', message, { unit: unit.name }, command`systemctl enable ${unit.name}`);
});

function isServed({ nodes }: Evidence): boolean {
  return nodes[0]?.server !== undefined && nodes[0].ping === 'PONG';
}
