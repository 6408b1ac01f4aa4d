import { info, warning } from '../../finding.ts';
import { redisCli } from '../redis-cli.ts';
import { onEachNode } from '../rule.ts';

const slowRoundTripMs = 50;
const slowTransferMs = 1000;

/**
 * Reports that PING, or the replies to all of the doctor's queries together, took long, or that only writes were held
 * back for a while.
 */
export const roundTripRule = onEachNode((node, evidence) => {
  const { roundTrip, server } = node;
  if (server !== undefined && server.ending === undefined && server.writeHeldMs >= slowTransferMs) {
    return warning(
      'stalled',
      'The server held back writes while it answered reads: they were paused, by a failover or by CLIENT PAUSE.',
      { writeHeldMs: Math.round(server.writeHeldMs) },
      'Run it again. If writes are paused often, look at the log of the server for failovers.',
    );
  }
  if (server !== undefined && server.ending === undefined && server.durationMs >= slowTransferMs) {
    return warning(
      'slow',
      'The replies to the doctor took over a second in all: the network is slow, or the server is overloaded.',
      { answersMs: round(server.durationMs), pingMs: round(roundTrip?.medianMs ?? 0) },
      redisCli(node, evidence, '--latency'),
    );
  }
  if (roundTrip === undefined || roundTrip.samples === 0 || roundTrip.medianMs < slowRoundTripMs)
    return undefined;
  return warning(
    'slow',
    'A PING takes long: the network is slow, the server is far away, or it is overloaded.',
    { medianMs: round(roundTrip.medianMs), maxMs: round(roundTrip.maxMs), samples: roundTrip.samples },
    redisCli(node, evidence, '--latency'),
  );
});

const recentSeconds = 3600;
const verySlowMs = 100;

/** Reports the slow commands of the last hour, from the reply to SLOWLOG. */
export const slowLogRule = onEachNode((node, { wallNow, ...evidence }) => {
  const since = wallNow / 1000 - recentSeconds;
  const recent = (node.server?.slowLog ?? []).filter(({ at }) => at >= since);
  if (recent.length === 0) return undefined;
  const worstMs = Math.max(...recent.map(({ durationMs }) => durationMs));
  const facts = {
    count: recent.length,
    worstMs: round(worstMs),
    commands: [...new Set(recent.map(({ command }) => command))],
  };
  const next = redisCli(node, { wallNow, ...evidence }, 'SLOWLOG GET 10');
  const message = 'Slow commands ran within the last hour; while one runs, all other clients wait.';
  return worstMs >= verySlowMs
    ? warning('slow-log', message, facts, next)
    : info('slow-log', message, facts, next);
});

/**
 * Reports the stalls that the server's latency monitor has recorded. The latency monitor of Redis is off by default.
 */
export const latencyEventsRule = onEachNode((node, evidence) => {
  const events = (node.server?.latencyEvents ?? []).filter(({ maxMs }) => maxMs >= verySlowMs);
  if (events.length === 0) return undefined;
  return info(
    'latency-events',
    'The latency monitor of the server has recorded stalls.',
    { events: events.map(({ name, latestMs, maxMs }) => `${name}: ${latestMs} ms, at most ${maxMs} ms`) },
    redisCli(node, evidence, 'LATENCY DOCTOR'),
  );
});

const backlogBytes = 8 * 1024 * 1024;

/** Reports that many bytes of replies wait in the server, because clients do not read them fast enough. */
export const clientBacklogRule = onEachNode((node, evidence) => {
  const { clients } = node;
  if (clients === undefined || clients.outputBytes < backlogBytes) return undefined;
  return warning(
    'client-backlog',
    'Clients do not read their replies fast enough; the server buffers them, then closes the connection.',
    {
      outputBytes: clients.outputBytes,
      worstBytes: clients.worstOutputBytes,
      worstKind: clients.worstKind,
      clients: clients.count,
    },
    redisCli(node, evidence, 'CLIENT LIST'),
  );
});

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
