import type { Cluster, Redis } from '../ioredis/clients.ts';
import type { Circuit } from '../circuit/circuit.ts';
import { channels } from '../observability/channels.ts';
import type { Clock } from '../clock.ts';
import { describeCause } from '../cause.ts';
import { withinDeadline } from '../deadline.ts';
import { debug } from '../observability/debug.ts';
import {
  CircuitOpenError,
  CommandTimeoutError,
  ConfigurationError,
  RedisUnavailableError,
  type RedisResilienceError,
} from '../errors.ts';
import { checkOptions, type OptionReaders } from '../options/check-options.ts';
import { durationOf, laneOf, signalOf } from '../options/option-readers.ts';
import { invalid, type OptionReader } from '../options/validate-options.ts';
import type { RefusalPace } from '../event-loop/refusal-pace.ts';
import { isAway } from '../is-away.ts';
import type { ExecuteOptions, RedisResilience } from '../redis-resilience.ts';
import type { Lane } from '../snapshot.ts';
import { publishOperation } from './operation.ts';

/**
 * Runs an operation under one deadline, with one signal and one fallback. The operation is not started if the circuit
 * for `options.lane` rejects all commands, or if the connection is closed.
 */
export function execute<T>(
  resilience: RedisResilience,
  circuit: Pick<Circuit, 'startsWithFallback'>,
  clock: Clock,
  defaultTimeoutMs: number,
  operation: (client: Redis | Cluster, signal: AbortSignal) => Promise<T>,
  options: ExecuteOptions<T>,
  refusals: RefusalPace,
): Promise<T> {
  // Even if the application ignores the promise, an outage must not crash the process with an unhandled rejection.
  const onAway = (): void => void executed.catch(() => undefined);
  const executed = executeInTime(
    resilience,
    circuit,
    clock,
    defaultTimeoutMs,
    operation,
    options,
    refusals,
    onAway,
  );
  return executed;
}

async function executeInTime<T>(
  resilience: RedisResilience,
  circuit: Pick<Circuit, 'startsWithFallback'>,
  clock: Clock,
  defaultTimeoutMs: number,
  operation: (client: Redis | Cluster, signal: AbortSignal) => Promise<T>,
  options: ExecuteOptions<T>,
  refusals: RefusalPace,
  onAway: () => void,
): Promise<T> {
  if (typeof operation !== 'function') {
    throw new ConfigurationError(
      "execute() takes a function, which it gives the client. Write execute((redis) => redis.get('views')).",
    );
  }
  checkOptions('execute', options, readers);
  const context = {
    connection: resilience.name,
    lane: options.lane ?? 'read',
    usedFallback: false,
    durationMs: 0,
    waitedMs: 0,
    retries: 0,
  };
  const startedAt = clock.now();
  const run = async (): Promise<T> => {
    try {
      return await underDeadline(
        resilience,
        circuit,
        clock,
        options.timeoutMs ?? defaultTimeoutMs,
        operation,
        options,
        refusals,
      );
    } catch (error) {
      if (!isAway(error)) throw error;
      if (options.fallback === undefined) {
        onAway();
        throw error;
      }
      context.usedFallback = true;
      debug('%s: a %s operation takes its fallback (%s)', context.connection, context.lane, error.code);
      return await options.fallback(error);
    } finally {
      context.durationMs = clock.now() - startedAt;
    }
  };
  return channels.operation.hasSubscribers ? await publishOperation(context, run) : await run();
}

const fallbackOf: OptionReader = (value, path) => {
  if (typeof value !== 'function') throw invalid(path, value, 'a function, such as () => null');
};

const readers: OptionReaders<ExecuteOptions<unknown>> = {
  fallback: fallbackOf,
  timeoutMs: durationOf(0),
  signal: signalOf,
  lane: laneOf,
};

async function underDeadline<T>(
  resilience: RedisResilience,
  circuit: Pick<Circuit, 'startsWithFallback'>,
  clock: Clock,
  timeoutMs: number,
  operation: (client: Redis | Cluster, signal: AbortSignal) => Promise<T>,
  { signal, lane = 'read', fallback }: ExecuteOptions<T>,
  refusals: RefusalPace,
): Promise<T> {
  signal?.throwIfAborted();
  const starts = fallback === undefined || circuit.startsWithFallback();
  const refusal = refusalOf(resilience, lane, starts);
  if (refusal !== undefined) {
    await new Promise<void>((resolve) => refusals.later(resolve));
    throw refusal;
  }
  const abort = new AbortController();
  // If each of many operations added a listener to a shared signal, Node would warn of a memory leak.
  const either = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
  const late = (): Error => {
    const error = new CommandTimeoutError(
      `The operation did not finish within ${timeoutMs} ms. Its commands may have run, or still run.`,
      { reason: resilience.snapshot().cause?.code ?? 'slow', outcome: 'unknown' },
    );
    abort.abort(error);
    return error;
  };
  const running = operation(resilience.client, either);
  return await withinDeadline(clock, timeoutMs, running, late, either);
}

function refusalOf(
  resilience: RedisResilience,
  lane: Lane,
  startsIfSlow: boolean,
): RedisResilienceError | undefined {
  const snapshot = resilience.snapshot();
  const { cause, retryAfterMs } = snapshot;
  const details = { reason: cause?.code, connection: resilience.name, retryAfterMs };
  const sentence = cause === undefined ? '' : ` ${describeCause(cause.code)}`;
  const circuit = snapshot.circuit[lane];
  // A circuit that is open because calls are slow still admits some or all of them.
  const isOnlySlow = circuit === 'open' && cause?.code === 'slow';
  if (!(isOnlySlow && startsIfSlow) && (circuit === 'open' || circuit === 'isolated')) {
    return new CircuitOpenError(
      `The circuit for ${lane}s is ${circuit}; the operation was not started.${sentence} Use a fallback, or try again later.`,
      details,
    );
  }
  if (snapshot.connection === 'ended') {
    return new RedisUnavailableError(
      'The connection is closed; the operation was not started. Create a new RedisResilience.',
      details,
    );
  }
  return undefined;
}
