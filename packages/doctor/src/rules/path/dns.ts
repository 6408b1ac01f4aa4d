import { error, info, warning, type Finding } from '../../finding.ts';
import { onAll, onEachNode } from '../rule.ts';
import { command } from '../command.ts';

/** Reports that the host name cannot be resolved, or has no address of the family that the client requires. */
export const dnsRule = onEachNode(({ dns }) => {
  if (dns === undefined || dns.addresses.length > 0) return undefined;
  const { host, family, code = 'NONE', otherAddresses } = dns;
  const evidence = { host, code, durationMs: Math.round(dns.durationMs) };
  if (otherAddresses.length > 0) {
    return error(
      'dns',
      `The host name has no IPv${family} address, and the client insists on that family.`,
      { ...evidence, family, otherAddresses },
      'Leave out the option family, or set it to 0.',
    );
  }
  if (code === 'EAI_AGAIN' || code === 'TIMEOUT') {
    return error(
      'dns',
      'The name server did not answer, so the host name could not be resolved.',
      evidence,
      command`getent hosts ${host}; cat /etc/resolv.conf`,
    );
  }
  return error('dns', 'The host name does not exist.', evidence, command`getent hosts ${host}`);
});

/** Reports that only some addresses of the host name accept connections. */
export const addressesRule = onEachNode(({ dns, tcp }): Finding | undefined => {
  if (dns === undefined || tcp?.connectedTo === undefined) return undefined;
  const dead = tcp.attempts.filter(({ code }) => code !== undefined);
  if (dead.length === 0) return undefined;
  const evidence = {
    host: dns.host,
    answers: tcp.connectedTo,
    silent: dead.map(({ address, code }) => `${address} ${code}`),
  };
  const next = command`getent ahosts ${dns.host}`;
  if (dead.every(({ code }) => code === 'ECONNREFUSED')) {
    const message = 'Some addresses of the host name refuse connections; clients use one that accepts them.';
    return info('address-mismatch', message, evidence, next);
  }
  const message = 'Some addresses of the host name do not answer; a client that tries them first loses time.';
  return warning('address-mismatch', message, evidence, next);
});

/** Reports that the application is connected to an address to which the host name no longer resolves. */
export const dnsChangedRule = onAll(({ application, nodes, target }) => {
  const [node] = nodes;
  const remote = application?.remoteAddress?.replace(/^::ffff:/, '');
  if (remote === undefined || target.kind !== 'standalone' || !node?.dns?.addresses.length) return undefined;
  if (node.dns.addresses.includes(remote)) return undefined;
  return warning(
    'dns-changed',
    'The application is connected to an address that its host name no longer resolves to.',
    { host: node.dns.host, connectedTo: remote, addresses: node.dns.addresses },
    'Call resilience.reconnect() to move to the current address.',
  );
});
