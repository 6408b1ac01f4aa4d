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
import { RefusalPace } from '../event-loop/refusal-pace.ts';
import { isAway } from '../is-away.ts';
import type { Settings } from '../options/settings.ts';
import type { ExecuteOptions, RedisResilience } from '../redis-resilience.ts';
import type { Lane } from '../snapshot.ts';
import { publishOperation } from './operation.ts';
import { quietNow } from '../quiet-if-away.ts';
import { UnreturnedCommands, type CommandsInSight } from './unreturned-commands.ts';

type Operation<T> = (client: Redis | Cluster, signal: AbortSignal) => Promise<T>;

/** What all operations of one `RedisResilience` share. */
export interface ExecuteParts {
  readonly resilience: RedisResilience;
  readonly clock: Clock;
  readonly defaultTimeoutMs: number;
  readonly refusals: RefusalPace;
  readonly commands: CommandsInSight;
}

export function executeParts(
  resilience: RedisResilience,
  { clock, timeoutMs }: Pick<Settings, 'clock' | 'timeoutMs'>,
  commands: CommandsInSight,
): ExecuteParts {
  return { resilience, clock, defaultTimeoutMs: timeoutMs, refusals: new RefusalPace(clock), commands };
}

/**
 * Runs an operation under one deadline, with one signal and one fallback. The operation is not started if the circuit
 * for `options.lane` rejects all commands, or if the connection is closed.
 */
export function execute<T>(
  parts: ExecuteParts,
  circuit: Pick<Circuit, 'startsWithFallback'>,
  operation: Operation<T>,
  options: ExecuteOptions<T>,
): Promise<T> {
  const onAway = (error: unknown): void => quietNow(() => executed, error);
  const executed: Promise<T> = executeInTime(parts, circuit, operation, options, onAway);
  return executed;
}

async function executeInTime<T>(
  parts: ExecuteParts,
  circuit: Pick<Circuit, 'startsWithFallback'>,
  operation: Operation<T>,
  options: ExecuteOptions<T>,
  onAway: (error: unknown) => void,
): Promise<T> {
  const { resilience, clock } = parts;
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
      return await underDeadline(parts, circuit, operation, options);
    } catch (error) {
      if (!isAway(error)) throw error;
      if (options.fallback === undefined) {
        onAway(error);
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
  { resilience, clock, defaultTimeoutMs, refusals, commands }: ExecuteParts,
  circuit: Pick<Circuit, 'startsWithFallback'>,
  operation: Operation<T>,
  { signal, lane = 'read', fallback, timeoutMs = defaultTimeoutMs }: ExecuteOptions<T>,
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
      {
        reason: resilience.snapshot().cause?.code ?? 'slow',
        outcome: 'unknown',
        connection: resilience.name,
      },
    );
    abort.abort(error);
    return error;
  };
  const unreturned = new UnreturnedCommands(commands);
  const running = operation(resilience.client, either);
  unreturned.called();
  const value = await withinDeadline(clock, timeoutMs, running, late, either);
  unreturned.ended(value);
  return value;
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
  // A circuit that is open because calls are slow still admits all calls, or one call in four.
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
