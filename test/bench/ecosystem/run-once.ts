import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRedis, type RedisServer } from '@redis-resilience/testing';
import { awayMsOf, type Fault } from './fault.js';
import type { Figures, Order, Report, Signal } from './messages.js';
import type { Way } from './subject.js';

/** The result of one library, connected in one way, with one fault. */
export interface Run {
  readonly row: string;
  readonly way: Way;
  readonly fault: Fault;
  /** Undefined if the run failed; `broken` then says why. */
  readonly figures: Figures | undefined;
  /** How long `close` took, and its error if it failed. */
  readonly closed: { readonly ms: number; readonly error?: string | undefined } | undefined;
  /** Whether the process ended on its own within five seconds after the library was closed. */
  readonly exits: boolean;
  readonly broken: string | undefined;
}

const script = fileURLToPath(new URL('run.js', import.meta.url));
const timeoutMs = 60_000;
const exitWithinMs = 5000;
const config = { 'maxmemory-policy': 'noeviction' };

/** Runs a library through a fault, in a separate process and with a separate server. Never rejects. */
export async function runOnce(row: string, way: Way, fault: Fault): Promise<Run> {
  const server = await startRedis({ appendonly: true, config });
  if (fault === 'booted') await server.kill();
  const { host, port, url } = server;
  const child = launch({ row, way, fault, host, port, url });
  let figures: Figures | undefined;
  let closed: Run['closed'];
  let complaints = '';
  let broken: string | undefined;
  child.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4000)));
  const timer = setTimeout(() => {
    broken = `not over after ${timeoutMs / 1000} s`;
    child.kill('SIGKILL');
  }, timeoutMs);
  const exiting = once(child, 'close').then(() => true);
  child.on('message', (message: Report) => {
    if (message.kind === 'steady')
      breakRedis(server, fault, child).catch((error: unknown) => (broken = String(error)));
    else if (message.kind === 'figures') figures = message.figures;
    else {
      closed = message;
      void delay(exitWithinMs).then(() => child.kill('SIGKILL'));
    }
  });
  await exiting;
  clearTimeout(timer);
  await server.stop();
  const exits = child.signalCode === null;
  if (figures === undefined || closed === undefined) broken ??= reasonOf(complaints, child);
  return { row, way, fault, figures, closed, exits, broken };
}

function launch(order: Order): ChildProcess {
  return fork(script, [JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
}

async function breakRedis(server: RedisServer, fault: Fault, child: ChildProcess): Promise<void> {
  const tell = (kind: Signal['kind'], at = Date.now()): void => {
    if (child.connected) child.send({ kind, at } satisfies Signal);
  };
  if (fault === 'frozen') await server.freeze();
  else await server.kill();
  tell('away');
  if (fault === 'closed') {
    await delay(500);
    return tell('close');
  }
  await delay(awayMsOf(fault));
  if (fault === 'frozen') server.thaw();
  else await server.start();
  tell('back');
}

function reasonOf(complaints: string, { exitCode, signalCode }: ChildProcess): string {
  const line = complaints.split('\n').find((each) => /Error/.test(each));
  return line?.trim().slice(0, 160) ?? `the process ended with ${signalCode ?? exitCode}`;
}
