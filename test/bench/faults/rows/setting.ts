import {
  startProxy,
  startRedis,
  type ChaosProxy,
  type RedisServer,
  type StartRedisOptions,
} from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import type { Closeable } from '../contestant.js';
import type { Outage } from '../outage.js';
import type { Peer } from '../peers/peer.js';
import { about, type Stage } from '../stage.js';

/** A server, a client that is connected to it, and a loop of calls that have succeeded for a while. */
export interface Setting extends AsyncDisposable {
  readonly server: RedisServer;
  readonly peer: Peer;
}

/** A setting with a proxy between the client and the server. */
export interface ProxiedSetting extends Setting {
  readonly proxy: ChaosProxy;
}

export async function direct(stage: Stage, options: StartRedisOptions = {}): Promise<Setting> {
  const server = await startRedis(options);
  const { host, port } = server;
  const password = options.password === undefined ? {} : { password: options.password };
  const peer = stage.connect({ kind: 'single', host, port, ...password });
  await untilServed(peer);
  return { server, peer, [Symbol.asyncDispose]: () => server.stop() };
}

export async function proxied(stage: Stage, options: StartRedisOptions = {}): Promise<ProxiedSetting> {
  const server = await startRedis(options);
  const proxy = await startProxy({ target: server });
  const peer = stage.connect({ kind: 'single', host: proxy.host, port: proxy.port });
  await untilServed(peer);
  return {
    server,
    proxy,
    peer,
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await server.stop();
    },
  };
}

/** Issues GET and SET alternately, for a time that differs between runs, before anything breaks. */
export async function steadyCalls(stage: Stage, peer: Peer): Promise<CallLoop> {
  const loop = new CallLoop((index) =>
    index % 2 === 0 ? peer.call('get', 'greeting') : peer.call('set', 'greeting', 'hello'),
  );
  await delay(1_000 + stage.random() * 300);
  return loop;
}

/** Like {@link steadyCalls}, but sends only SET. */
export async function steadyWrites(stage: Stage, peer: Peer): Promise<CallLoop> {
  const loop = new CallLoop(() => peer.call('set', 'greeting', 'hello'));
  await delay(500 + stage.random() * 300);
  return loop;
}

/**
 * Resolves when a call of the client succeeds. @throws the last error of a call when none succeeds within
 * `timeoutMs`
 */
export async function untilServed(peer: Peer, { timeoutMs = 10_000, pauseMs = 20 } = {}): Promise<void> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      await peer.call('get', 'greeting');
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await delay(pauseMs);
    }
  }
}

/** Kills the server, restarts it after about `ms`, and resolves when it answers again. */
export async function killFor(stage: Stage<Closeable>, server: RedisServer, ms: number): Promise<Outage> {
  const faultAt = performance.now();
  await server.kill();
  if (ms > 0) await delay(about(stage, ms));
  const started = server.start();
  const backAt = await untilBack(server);
  await started;
  return { faultAt, backAt };
}

/** Sends PING on new connections until there is a reply, and resolves with the time of that reply. */
export async function untilBack(server: RedisServer): Promise<number> {
  while (!(await server.isAnswering())) await delay(2);
  return performance.now();
}
