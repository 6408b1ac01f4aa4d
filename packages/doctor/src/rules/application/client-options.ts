import type { ApplicationEvidence } from '../../evidence/application/application.ts';
import { info, warning, type Finding, type LooseEvidence } from '../../finding.ts';
import { onAll } from '../rule.ts';

const longMs = 10_000;

/** Reports options of the client, or of the `RedisResilience` that protects it, which cause trouble in an outage. */
export const clientOptionsRule = onAll(({ application }) => {
  if (application === undefined) return undefined;
  return application.snapshot === undefined ? bareClient(application) : protectedClient(application);
});

// Judges the options of the RedisResilience. Of the ioredis options of the client, only those about TLS are judged,
// because the RedisResilience overrides all others that `bareClient` judges.
function protectedClient({ settings, options }: ApplicationEvidence): readonly Finding[] {
  const found: Finding[] = [];
  const { timeoutMs = 1000, circuit, admission, retry, connection } = settings ?? {};
  if (timeoutMs > longMs) {
    found.push(
      hurts(
        'A command may wait very long before it fails.',
        { option: 'timeoutMs', timeoutMs },
        'timeoutMs: 1000',
      ),
    );
  }
  if (circuit?.mode === 'off') {
    const message = 'The circuits are off: in an outage every command waits until its own deadline.';
    found.push(hurts(message, { option: 'circuit.mode', value: 'off' }, "circuit: { mode: 'enforce' }"));
  }
  if ((admission?.maxWaitMs ?? 0) > longMs) {
    const message =
      'Commands may wait very long for a reconnection; in an outage requests pile up behind them.';
    found.push(
      hurts(message, { option: 'admission.maxWaitMs', value: admission?.maxWaitMs }, 'maxWaitMs: 250'),
    );
  }
  const unsafe = Object.entries(retry?.categories ?? {}).filter(([name, category]) => {
    return (
      /^(incr|decr|[lr]push|append|hincr|zincr|xadd|publish)/i.test(name) && /read|last-wins/.test(category)
    );
  });
  if (unsafe.length > 0) {
    const message = 'An accumulating command is marked as safe to send again; it may run twice.';
    found.push(
      hurts(message, { option: 'retry.categories', commands: unsafe.map(([name]) => name) }, 'Remove it.'),
    );
  }
  if (connection?.role === 'any') {
    const message =
      'The role of the server is never checked; a demoted primary is noticed at the first refused write.';
    found.push(
      info('client-options', message, { option: 'connection.role', value: 'any' }, "role: 'primary'"),
    );
  }
  if (options.tls?.rejectUnauthorized === false) found.push(unverified());
  return found;
}

function bareClient(application: ApplicationEvidence): readonly Finding[] {
  const { options, isCluster, givesUp } = application;
  const found: Finding[] = [];
  if (!options.commandTimeout) {
    const message = 'Commands have no deadline: when the server hangs, every caller hangs with it.';
    found.push(
      hurts(message, { option: 'commandTimeout', value: 'none' }, 'commandTimeout: 1000, or protect(client)'),
    );
  }
  if (options.maxRetriesPerRequest === null || isCluster) {
    const message = 'Commands wait without bound while Redis is away, and their queue grows.';
    const value = isCluster ? 'a cluster has no such limit' : 'null';
    found.push(
      hurts(
        message,
        { option: 'maxRetriesPerRequest', value },
        'maxRetriesPerRequest: 1, or protect(client)',
      ),
    );
  } else if (options.enableOfflineQueue !== false && (options.maxRetriesPerRequest ?? 20) > 3) {
    const message =
      'Commands are queued for many attempts; against a server that is down the first fails after minutes.';
    const value = options.maxRetriesPerRequest ?? 20;
    found.push(
      hurts(
        message,
        { option: 'maxRetriesPerRequest', value },
        'maxRetriesPerRequest: 1, or protect(client)',
      ),
    );
  }
  if (options.autoResendUnfulfilledCommands !== false && options.maxRetriesPerRequest !== 0) {
    const message =
      'Unanswered commands are resent after a reconnect, even those that must not run twice, such as INCR.';
    found.push(hurts(message, { option: 'autoResendUnfulfilledCommands', value: true }, 'protect(client)'));
  }
  if (!options.socketTimeout) {
    const message =
      'A connection that went silent is not noticed until the kernel gives it up, after some 15 minutes.';
    found.push(
      hurts(message, { option: 'socketTimeout', value: 'none' }, 'socketTimeout: 3000, or protect(client)'),
    );
  }
  if (givesUp) {
    const message = 'The retryStrategy gives up after some attempts, and the client is then closed for good.';
    found.push(
      hurts(message, { option: 'retryStrategy' }, 'Return a number of milliseconds for every attempt.'),
    );
  }
  if (options.tls?.rejectUnauthorized === false) found.push(unverified());
  return found;
}

function hurts(message: string, evidence: LooseEvidence, next: string): Finding {
  return warning('client-options', message, evidence, next);
}

function unverified(): Finding {
  const message = 'The client accepts every certificate, so anyone can impersonate the server.';
  return warning(
    'tls-unverified',
    message,
    { option: 'tls.rejectUnauthorized', value: false },
    'Set tls.ca instead.',
  );
}
