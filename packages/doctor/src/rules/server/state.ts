import { codeOfReply, ErrorReply } from '@redis-resilience/core/protocol';
import { error } from '../../finding.ts';
import { redisCli } from '../redis-cli.ts';
import { onEachNode } from '../rule.ts';
import { command } from '../command.ts';

/**
 * Reports that the server replies, but does not serve commands: it is loading its dataset, runs a long script, or is a
 * replica that does not serve stale data.
 */
export const stateRule = onEachNode((node, evidence) => {
  const { ping, server } = node;
  if (!(ping instanceof ErrorReply)) return undefined;
  const info = server?.info ?? {};
  switch (ping.code) {
    case 'LOADING':
      return error(
        'loading',
        'The server is loading its dataset and will serve when it is done.',
        {
          loadedPercent: number(info['loading_loaded_perc']),
          etaSeconds: number(info['loading_eta_seconds']),
          totalBytes: number(info['loading_total_bytes']),
        },
        redisCli(node, evidence, 'INFO persistence'),
      );
    case 'BUSY':
      return error(
        'busy',
        'The server runs a slow script or function and refuses all other commands until it ends.',
        { reply: 'BUSY' },
        redisCli(node, evidence, 'SCRIPT KILL'),
      );
    case 'MASTERDOWN':
      return error(
        'replica-stale',
        'This replica lost the link to its primary and refuses to serve stale data.',
        {
          primary: primaryOf(info),
          linkDownSeconds: number(info['master_link_down_since_seconds']),
        },
        'Walk to its primary: redis-resilience doctor redis://PRIMARY:PORT',
      );
    default:
      return undefined;
  }
});

const slowAnswerMs = 200;

/** Reports that the server replied at first, but then closed the connection or sent no more replies. */
export const brokenOffRule = onEachNode((node, evidence) => {
  const { peer, ending, login, hello, server } = node;
  if (peer?.kind !== 'redis' || login === undefined || ending === undefined || hello?.closesConnection) {
    return undefined;
  }
  // A server whose first reply took long may only be slow: its next reply may still arrive within twice the time of the
  // first reply.
  const isSlow =
    ending.kind === 'silent' && peer.durationMs >= slowAnswerMs && ending.silentMs < 2 * peer.durationMs;
  if (isSlow) {
    return error(
      'slow',
      'The server answers so slowly that the doctor reached its time limit before it was done.',
      { firstAnswerMs: Math.round(peer.durationMs) },
      'Run it again with a larger --timeout; look at the network and the load of the server.',
    );
  }
  if (ending.kind === 'silent' && (server?.writeHeldMs ?? 0) > 0) {
    return error(
      'stalled',
      'The server answers reads and holds back writes: they are paused, by a failover or by CLIENT PAUSE.',
      { writeHeldMs: Math.round(ending.silentMs) },
      `Wait for the end of the failover. If there is none: ${redisCli(node, evidence, 'CLIENT UNPAUSE')}`,
    );
  }
  if (ending.kind === 'silent') {
    const message = 'The server answered the first command and then fell silent.';
    return error('stalled', message, {}, 'Look for slow commands: SLOWLOG GET 10');
  }
  const message = 'The connection was closed or reset in the middle of a conversation.';
  return error(
    'connection-reset',
    message,
    { ending: ending.kind === 'failed' ? ending.code : ending.kind },
    'Look at the logs of the server and of any proxy in front of it.',
  );
});

/** Reports that the database number in the target does not exist, or that the user may not select it. */
export const databaseRule = onEachNode((node, evidence) => {
  const { server } = node;
  const { database } = evidence.target;
  if (server?.selectError === undefined) return undefined;
  if (codeOfReply(server.selectError) === 'NOPERM') {
    return error(
      'database',
      'The user may not select the database that the URL names.',
      { reason: 'no-permission', database, user: server.user },
      redisCli(node, evidence, command`ACL GETUSER ${server.user ?? 'USER'}`),
    );
  }
  if (!/out of range|is not allowed/i.test(server.selectError)) return undefined;
  return error(
    'database',
    'The database that the URL names does not exist on this server.',
    { reason: 'missing', database, databases: number(server.config['databases']), reply: server.selectError },
    'Correct the number at the end of the URL, or the databases directive of redis.conf.',
  );
});

function primaryOf(info: Readonly<Record<string, string>>): string | undefined {
  const { master_host: host, master_port: port } = info;
  return host === undefined ? undefined : `${host}:${port}`;
}

function number(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}
