import { info, warning, error } from '../../finding.ts';
import { onAll } from '../rule.ts';
import type { Evidence } from '../../evidence/evidence.ts';

/**
 * Reports why the RedisResilience does not use Redis, but only in two cases: the application has called `isolate()` or
 * `close()`, or the doctor can use Redis at the same time.
 */
export const snapshotRule = onAll((evidence) => {
  const snapshot = evidence.application?.snapshot;
  if (snapshot?.cause === undefined || snapshot.status === 'up') return undefined;
  const { code } = snapshot.cause;
  const facts = {
    status: snapshot.status,
    connection: snapshot.connection,
    circuitRead: snapshot.circuit.read,
    circuitWrite: snapshot.circuit.write,
    attempts: snapshot.attempts,
  };
  if (code === 'isolated') {
    const message = 'Redis was taken out of use by hand.';
    return error('isolated', message, facts, 'Call the function that isolate() returned.');
  }
  if (code === 'closed') {
    return error('closed', 'The application has closed the connection.', facts, 'Make a new resilience.');
  }
  if (!worksNow(evidence)) return undefined;
  return warning(
    code,
    `The application does not use Redis (${snapshot.cause.message.replace(/\.$/, '').toLowerCase()}), and the path to it works now.`,
    facts,
    'Wait for the next attempt, or call resilience.reconnect().',
  );
});

const repeated = 3;

/** Reports outages and failed commands in the history of the RedisResilience. */
export const historyRule = onAll(({ application }) => {
  const entries = application?.history ?? [];
  const outages = entries.filter((entry) => entry.kind === 'status' && entry.from === 'up');
  const failed = entries.filter((entry) => entry.kind === 'command' && entry.failure !== undefined);
  if (outages.length === 0 && failed.length === 0) return undefined;
  const causes = new Set(outages.flatMap((entry) => (entry.kind === 'status' ? (entry.cause ?? []) : [])));
  const facts = { outages: outages.length, failedCommands: failed.length, causes: [...causes] };
  const message =
    outages.length >= repeated
      ? 'The history of the resilience holds several lost connections.'
      : 'The history of the resilience holds lost connections or failed commands.';
  return info('history', message, facts, 'resilience.history()');
});

function worksNow({ nodes }: Evidence): boolean {
  return nodes.some((node) => node.isRequired && node.server !== undefined && node.ping === 'PONG');
}
