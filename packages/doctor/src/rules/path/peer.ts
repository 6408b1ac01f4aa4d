import type { Evidence } from '../../evidence/evidence.ts';
import type { NodeEvidence } from '../../evidence/node/node.ts';
import { error, type Finding } from '../../finding.ts';
import { labelOf } from '../../target/walk-target.ts';
import { redisCli } from '../redis-cli.ts';
import { onEachNode } from '../rule.ts';
import { strangerFinding } from './stranger.ts';
import { isTlsCode } from './tls.ts';
import { command } from '../command.ts';

/** Reports that the connection leads to something other than Redis, or that nothing replies on it. */
export const peerRule = onEachNode((node, evidence) => {
  const { peer } = node;
  if (peer === undefined || peer.kind === 'redis' || peer.kind === 'tls') return undefined;
  const facts = { said: peer.said, ...ownerOf(evidence, node) };
  const stranger = strangerFinding(peer.kind, facts);
  if (stranger !== undefined) return stranger;
  if (peer.kind === 'cluster-bus') {
    return error(
      'protocol',
      'This is the bus port of a Redis Cluster node, not the port for clients.',
      { peer: peer.kind, port: node.endpoint.port, clientPort: node.endpoint.port - 10_000 },
      `Connect to port ${node.endpoint.port - 10_000}.`,
    );
  }
  if (peer.kind === 'other') {
    const message = 'The peer does not speak the Redis protocol.';
    return error('protocol', message, { peer: peer.kind, ...facts }, 'Correct host and port of the URL.');
  }
  return endingFinding(node, evidence);
});

/** Reports that a sentinel replies where a Redis server was expected. */
export const sentinelInPlaceRule = onEachNode((node, { target, sentinelNames }) => {
  if (node.part !== 'target' || target.kind !== 'standalone') return undefined;
  const { server } = node;
  if (server?.role !== 'sentinel' && server?.info['redis_mode'] !== 'sentinel') return undefined;
  const name = sentinelNames[0] ?? 'mymaster';
  return error(
    'protocol',
    'This is a Sentinel: it knows where Redis is but serves no data itself.',
    { peer: 'sentinel', primaries: sentinelNames },
    command`redis-resilience doctor redis+sentinel://${labelOf(node.endpoint)}/${name}`,
  );
});

function endingFinding(node: NodeEvidence, evidence: Evidence): Finding | undefined {
  const { peer } = node;
  const ending = peer?.ending;
  const waitedMs = Math.round(peer?.durationMs ?? 0);
  // An alert of TLS that arrived after the handshake is reported by `tlsRule`.
  if (ending?.kind === 'failed' && isTlsCode(ending.code)) return undefined;
  if (ending?.kind === 'silent' || ending === undefined) {
    const serving = evidence.host?.serving;
    const state = node.endpoint === evidence.target.endpoints[0] ? serving?.state : undefined;
    if (state === 'T' || state === 't') {
      return error(
        'handshake-timeout',
        'The Redis process is stopped: it keeps its connections open and answers none of them.',
        { waitedMs, pid: serving?.pid, state },
        command`kill -CONT ${serving?.pid}`,
      );
    }
    return error(
      'handshake-timeout',
      'The peer accepted the connection but does not answer: it hangs or is paused, or it is not Redis.',
      { waitedMs, state, pid: serving?.pid, ...ownerOf(evidence, node) },
      redisCli(node, evidence, '--latency'),
    );
  }
  return error(
    'connection-reset',
    'The peer accepts the connection and closes it without a reply: a proxy without a server behind it, or not Redis.',
    { ending: ending.kind === 'failed' ? ending.code : ending.kind, ...ownerOf(evidence, node) },
    'Look at the logs of the server and of any proxy in front of it.',
  );
}

function ownerOf({ host, target }: Evidence, { endpoint }: NodeEvidence): Record<string, string | number> {
  const owner = endpoint === target.endpoints[0] ? host?.owner : undefined;
  if (owner?.program === undefined || owner.pid === undefined) return {};
  return { listener: owner.program, pid: owner.pid };
}
