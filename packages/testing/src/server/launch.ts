import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { ErrorReply } from '@redis-resilience/core/protocol';
import { RawConnection, type RawTarget } from './raw-connection.ts';
import { missingBinary } from './redis-binary.ts';
import { spawnTracked, type TrackedProgram } from './spawn-tracked.ts';

/** How to start a server process. */
export interface Launch extends TrackedProgram {
  readonly target: RawTarget;
  readonly waitUntil: 'ready' | 'listening';
  readonly timeoutMs: number;
  readonly onSpawn?: (child: ChildProcess) => void;
}

// How long a server that logs nothing is left alone between two tries to reach it.
const quietTryMs = 20;

/** A server process that has replied to PING, and the connection that received the reply. */
export interface Launched {
  readonly child: ChildProcess;
  readonly control: RawConnection;
}

/** Thrown when the server could not listen because its port was in use. */
export class PortBusyError extends Error {
  override readonly name = 'PortBusyError';
}

/**
 * Starts the process and waits until it replies to PING. Checks that the reply comes from this process and not from
 * another one on the same port.
 */
export async function launch(spec: Launch): Promise<Launched> {
  const logStart = sizeOf(spec.logFile);
  const child = spawnTracked(spec);
  spec.onSpawn?.(child);
  let spawnError: Error | undefined;
  child.on('error', (error) => (spawnError = error));
  const deadline = performance.now() + spec.timeoutMs;
  let logSize = logStart;
  let nextTryAt = performance.now() + quietTryMs;
  for (;;) {
    await delay(2);
    // A try costs as much as a hundred looks at the log, which grows shortly before the server can answer.
    if (logSize !== (logSize = sizeOf(spec.logFile)) || performance.now() >= nextTryAt) {
      const control = await answering(spec, child);
      if (control) return { child, control };
      nextTryAt = performance.now() + quietTryMs;
    }
    if (spawnError) throw missingBinary(spec.binary, spawnError);
    const late = performance.now() > deadline;
    if (late || hasExited(child)) {
      await end(child, 'SIGKILL');
      const what = late ? `did not answer within ${spec.timeoutMs} ms` : 'ended at its start';
      throw startFailure(`${spec.binary} ${what}`, readFileSync(spec.logFile).subarray(logStart).toString());
    }
  }
}

/**
 * Sends the signal and waits until the process is gone. Thaws a frozen process, which could not react to the signal
 * otherwise.
 */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasExited(child)) return;
  child.ref();
  const limit = AbortSignal.timeout(10_000);
  const exit = once(child, 'exit', { signal: limit });
  child.kill(signal);
  if (signal !== 'SIGKILL') child.kill('SIGCONT');
  try {
    await exit;
  } catch (error) {
    child.unref();
    throw new Error(`Process ${child.pid} did not end within 10 s of ${signal}`, { cause: error });
  }
}

export function hasExited(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function answering(spec: Launch, child: ChildProcess): Promise<RawConnection | undefined> {
  const control = new RawConnection(spec.target);
  const giveUp = (): void => {
    control.close();
  };
  child.once('exit', giveUp);
  const [pong, info] = await Promise.all([
    control.send(['PING'], spec.timeoutMs).catch((error: unknown) => error),
    control.send(['INFO', 'server'], spec.timeoutMs).catch(() => undefined),
    control.send(['CLIENT', 'SETNAME', 'redis-resilience-testing'], spec.timeoutMs).catch(() => undefined),
  ]);
  child.removeListener('exit', giveUp);
  const itself = typeof info !== 'string' || info.includes(`process_id:${child.pid}\r\n`);
  if (!control.closed && itself && !hasExited(child) && counts(pong, spec.waitUntil)) return control;
  control.close();
  return undefined;
}

function counts(pong: unknown, waitUntil: Launch['waitUntil']): boolean {
  if (!(pong instanceof ErrorReply)) return pong === 'PONG';
  return waitUntil === 'listening' || pong.code !== 'LOADING';
}

function startFailure(what: string, log: string): Error {
  const lines = log.trim().split('\n').slice(-12).join('\n');
  const isBusy = log.includes('Address already in use');
  if (isBusy) return new PortBusyError(`${what}: the port is taken\n${lines}`);
  return new Error(`${what}. Its last log lines:\n${lines}`);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
