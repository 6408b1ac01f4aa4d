import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import type { Subject } from '../subject.js';
import { transport } from './nest.js';
import { streamGroup } from './subscriptions.js';

const visitors = 500;

/** Socket.IO: sends each message from one server to the 500 clients of another. */
export const socketIo: Subject = async (stage) => {
  const makeServer = () => {
    const pub = stage.way === 'plain' ? stage.plainClient() : stage.client;
    const sub = pub.duplicate();
    sub.on('error', () => undefined);
    const http = createServer();
    return { http, sub, server: new Server(http, { adapter: createAdapter(pub, sub) }) };
  };
  const [sender, receiver] = [makeServer(), makeServer()];
  receiver.http.listen(0, '127.0.0.1');
  await once(receiver.http, 'listening');
  const { port } = receiver.http.address() as AddressInfo;
  const received = new Map<number, number>();
  const sockets = Array.from({ length: visitors }, () => {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
    socket.on('call', (i: number) => {
      const count = (received.get(i) ?? 0) + 1;
      received.set(i, count);
      if (count % visitors === 0) stage.done(i);
    });
    return socket;
  });
  await Promise.all(sockets.map((socket) => new Promise<void>((go) => socket.once('connect', () => go()))));
  return {
    everyMs: 200,
    call: async (i) => {
      sender.server.emit('call', i);
      return 'fallback';
    },
    close: async () => {
      for (const socket of sockets) socket.disconnect();
      for (const { server, sub } of [sender, receiver]) {
        await server.close();
        sub.disconnect();
      }
    },
  };
};

/** A Nest microservice that gets 200 requests a second. */
export const nestService: Subject = async (stage) => ({ ...(await transport(stage)), everyMs: 5 });

/** A loop with XREADGROUP on a stream that gets 200 entries a second. */
export const streamLoop: Subject = async (stage) => ({ ...(await streamGroup(stage)), everyMs: 5 });
