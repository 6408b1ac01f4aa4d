import type { Evidence } from '../../evidence/evidence.ts';
import type { NodeEvidence } from '../../evidence/node/node.ts';
import { error, type Finding, type LooseEvidence } from '../../finding.ts';
import { onEachNode } from '../rule.ts';
import { command } from '../command.ts';

/** Reports that no TCP or unix connection could be opened. */
export const tcpRule = onEachNode((node, evidence) => {
  const { tcp, endpoint } = node;
  if (tcp === undefined || tcp.connectedTo !== undefined) return undefined;
  if (endpoint.path !== undefined) return unixFinding(node);
  const codes = new Set(tcp.attempts.map(({ code }) => code));
  const attempt = tcp.attempts.find(({ code }) => code === 'ECONNREFUSED') ?? tcp.attempts[0];
  const facts = {
    port: endpoint.port,
    attempts: tcp.attempts.map(({ address, code }) => `${address} ${code}`),
    waitedMs: Math.round(Math.max(...tcp.attempts.map(({ durationMs }) => durationMs))),
  };
  if (codes.has('ECONNREFUSED')) return refused(node, evidence, facts);
  if (codes.has('TIMEOUT') || codes.has('ETIMEDOUT')) return timedOut(node, evidence, facts);
  return rejected(attempt?.code ?? '', node, facts);
});

function refused(node: NodeEvidence, { host, target }: Evidence, facts: LooseEvidence): Finding {
  const { port } = node.endpoint;
  const isFirst = node.endpoint === target.endpoints[0];
  const servers = isFirst ? (host?.processes ?? []) : [];
  const onPort = servers.filter(({ listens }) => listens.some((each) => each.port === port));
  if (onPort.length > 0) {
    const bound = onPort.flatMap(({ listens }) => listens.map(({ address }) => address));
    return error(
      'connection-refused',
      'Redis runs on this port of this host, bound to other addresses than the one that was dialed.',
      { ...facts, boundTo: bound, pid: onPort[0]?.pid },
      command`Connect to ${bound[0]}, or add the address to the bind directive of redis.conf.`,
    );
  }
  const elsewhere = servers.flatMap(({ listens, sockets }) => [
    // Clients cannot use the bus port of a Cluster node (its client port plus 10,000), so that port is not listed.
    ...listens
      .filter((each) => !listens.some((other) => other.port === each.port - 10_000))
      .map((each) => `${each.address}:${each.port}`),
    ...sockets,
  ]);
  if (elsewhere.length > 0) {
    return error(
      'connection-refused',
      'Nothing is listening on this port; a Redis on this host is listening elsewhere.',
      { ...facts, listensOn: elsewhere.slice(0, 8), processes: servers.length },
      'Correct the URL, or the port and bind directives of redis.conf.',
    );
  }
  if (host !== undefined && isFirst && host.oomKills.length > 0) {
    return error(
      'connection-refused',
      'No Redis process runs on this host: the OOM killer ended one within the last hour.',
      { ...facts, processes: 0, kernelLog: host.oomKills.at(-1) },
      'Set maxmemory well below the memory of the host, then start Redis again.',
    );
  }
  if (host !== undefined && isFirst) {
    return error(
      'connection-refused',
      'Nothing is listening on this address and port, and no Redis process is running on this host.',
      { ...facts, processes: 0 },
      host.unit === undefined ? 'Start redis-server.' : command`systemctl status ${host.unit.name}`,
    );
  }
  return error(
    'connection-refused',
    'Nothing is listening on this address and port, or a firewall rejects the connection.',
    facts,
    command`On the server: ss -ltnp | grep ${port}; and look for firewall rules that reject.`,
  );
}

function timedOut(node: NodeEvidence, { host }: Evidence, facts: LooseEvidence): Finding {
  const { port } = node.endpoint;
  const owner = host?.owner;
  if (owner !== undefined && owner.queued > 0) {
    return error(
      'connect-timeout',
      'The process that listens no longer accepts connections: its queue is full.',
      { ...facts, queued: owner.queued, pid: owner.pid, program: owner.program },
      command`ss -ltn 'sport = :${port}'`,
    );
  }
  return error(
    'connect-timeout',
    'Connection attempts are not answered at all: a firewall drops them, or the host is off.',
    facts,
    command`Look at firewalls and security groups for port ${port}, then: nc -vz ${node.endpoint.host} ${port}`,
  );
}

function rejected(code: string, node: NodeEvidence, facts: LooseEvidence): Finding {
  const { host, port } = node.endpoint;
  switch (code) {
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return error(
        'connect-timeout',
        'The host cannot be reached: it is off, or a firewall or router rejects the way to it.',
        facts,
        command`ping -c 3 ${host}; ip route get ${host}`,
      );
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return error(
        'connect-timeout',
        'This machine has no route to the network of that address.',
        facts,
        command`ip route get ${host}`,
      );
    case 'EACCES':
    case 'EPERM':
      return error(
        'connect-timeout',
        'A rule on this machine forbids connections to that address.',
        facts,
        command`ip route get ${host}; nft list ruleset`,
      );
    default:
      return error(
        'connection-reset',
        'The connection was reset before it was established.',
        { ...facts, code },
        command`nc -vz ${host} ${port}`,
      );
  }
}

function unixFinding({ tcp, endpoint }: NodeEvidence): Finding {
  const code = tcp?.attempts[0]?.code ?? '';
  const file = tcp?.file;
  const facts = { path: endpoint.path, code, mode: file?.mode };
  const next = command`ls -l ${endpoint.path}; grep unixsocket /etc/redis/redis.conf`;
  if (code === 'EACCES' || code === 'EPERM') {
    const message = 'This user may not use the unix socket: its mode, or that of its folder, forbids it.';
    return error('connection-refused', message, facts, next);
  }
  if (file?.exists !== true) {
    return error('connection-refused', 'There is no unix socket at this path.', facts, next);
  }
  const message = file.isSocket
    ? 'The unix socket is a leftover: no process listens on it.'
    : 'The file at this path is no socket.';
  return error('connection-refused', message, facts, next);
}
