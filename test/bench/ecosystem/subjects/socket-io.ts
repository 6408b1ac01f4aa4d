import { createServer } from 'node:http';
import { Server, type ServerOptions } from 'socket.io';
import { createAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import type { Redis } from 'ioredis';
import type { Stage, Subject } from '../subject.js';

type Adapter = ServerOptions['adapter'];

/** Sends messages from one Socket.IO server to another. */
function twoServers(stage: Stage, makeAdapter: () => { adapter: Adapter; clients: Redis[] }) {
  const made = [makeAdapter(), makeAdapter()];
  const [sender, receiver] = made.map(({ adapter }) => new Server(createServer(), { adapter }));
  for (const io of [sender, receiver]) void io?.of('/').adapter.init();
  receiver?.on('call', (i: number) => stage.done(i));
  return {
    call: async (i: number) => {
      sender?.serverSideEmit('call', i);
      return 'fallback' as const;
    },
    close: async () => {
      await Promise.all([sender?.close(), receiver?.close()]);
      for (const client of made.flatMap(({ clients }) => clients)) client.disconnect();
    },
  };
}

/** The Pub/Sub adapter. */
export const redisAdapter: Subject = (stage) =>
  twoServers(stage, () => {
    const pub = clientOf(stage);
    const sub = pub.duplicate();
    sub.on('error', () => undefined);
    return { adapter: createAdapter(pub, sub), clients: stage.way === 'plain' ? [pub, sub] : [sub] };
  });

/** The Socket.IO adapter that uses Redis streams. */
export const streamsAdapter: Subject = (stage) => {
  const two = twoServers(stage, () => {
    const client = clientOf(stage);
    return {
      adapter: createStreamsAdapter(client, { blockTimeInMs: 1000 }) as Adapter,
      clients: stage.way === 'plain' ? [client] : [],
    };
  });
  return two;
};

/** Sends messages with the Socket.IO emitter to a server with the Pub/Sub adapter. */
export const emitter: Subject = (stage) => {
  const pub = clientOf(stage);
  const sub = pub.duplicate();
  sub.on('error', () => undefined);
  const io = new Server(createServer(), { adapter: createAdapter(pub, sub) });
  io.on('call', (i: number) => stage.done(i));
  const publisher = new Emitter(pub);
  return {
    call: async (i) => {
      publisher.serverSideEmit('call', i);
      return 'fallback';
    },
    close: async () => {
      await io.close();
      sub.disconnect();
      if (stage.way === 'plain') pub.disconnect();
    },
  };
};

function clientOf({ way, client, plainClient }: Stage): Redis {
  return way === 'plain' ? plainClient() : client;
}
