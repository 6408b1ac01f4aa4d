import type { Socket } from 'node:net';
import { freePort, type StartRedisOptions } from '@redis-resilience/testing';
import { encodeCommand } from '../../../packages/core/src/replies/encode-command.ts';
import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import { ErrorReply, PushReply, type Reply } from '../../../packages/core/src/replies/reply.ts';
import type { FakeServer } from './fake-server.ts';

/** A server, and ways to open connections to it. */
export interface Talk {
  /** Opens a connection. */
  open(): Promise<Speaker>;
  /** Lets time pass until the condition is true. */
  until(condition: () => boolean): Promise<void>;
}

/** One connection that records what it receives: replies as they are, and the first word of errors. */
export class Speaker {
  readonly heard: unknown[] = [];
  readonly socket: Socket;
  readonly #reader = new ReplyReader();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.heard.push(...this.#reader.push(chunk).replies.map(shown)));
  }

  say(...commands: readonly string[]): void {
    for (const command of commands) this.socket.write(encodeCommand(command.split(' ')));
  }
}

/** A sequence of commands whose replies must be the same from a real server and the fake one. */
export interface Conversation {
  readonly name: string;
  /** Options for the real server, and the preparation of the fake one for the same behaviour. */
  readonly real?: StartRedisOptions;
  readonly fake?: (server: FakeServer) => void;
  /** Sends the commands, and resolves with what the client received. */
  readonly hold: (talk: Talk) => Promise<unknown>;
}

export const afterwards = async (
  talk: Talk,
  speaker: Speaker,
  replies: number,
): Promise<readonly unknown[]> => {
  await talk.until(() => speaker.heard.length >= replies);
  return speaker.heard;
};

export const conversations: readonly Conversation[] = [
  {
    name: 'of a handshake and plain commands',
    async hold(talk) {
      const one = await talk.open();
      one.say(
        'PING',
        'CLIENT ID',
        'INFO',
        'SELECT 1',
        'SET a 1',
        'GET a',
        'GET b',
        'NOSUCH x',
        'AUTH secret',
      );
      return withoutNumbers(await afterwards(talk, one, 9));
    },
  },
  {
    name: 'in RESP3',
    async hold(talk) {
      const one = await talk.open();
      one.say('HELLO 3', 'SUBSCRIBE c d', 'PING', 'GET a', 'UNSUBSCRIBE d', 'UNSUBSCRIBE', 'HELLO 2');
      const heard = await afterwards(talk, one, 8);
      return heard.map((reply) => (Array.isArray(reply) && reply.includes('proto') ? 'greeted' : reply));
    },
  },
  {
    name: 'of subscriptions in RESP2',
    async hold(talk) {
      const one = await talk.open();
      one.say('SUBSCRIBE c', 'PSUBSCRIBE p*', 'PING', 'GET a', 'SSUBSCRIBE s');
      await afterwards(talk, one, 5);
      one.say('UNSUBSCRIBE c', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE s', 'UNSUBSCRIBE', 'GET a');
      return afterwards(talk, one, 10);
    },
  },
  {
    name: 'with a password',
    real: { password: 'secret' },
    fake: (server) => {
      server.password = 'secret';
    },
    async hold(talk) {
      const one = await talk.open();
      one.say('PING', 'HELLO 3', 'HELLO 3 AUTH default wrong', 'AUTH wrong', 'AUTH secret', 'PING');
      one.say('AUTH default secret');
      return afterwards(talk, one, 7);
    },
  },
  {
    name: 'of calls that block, and are released or answered',
    async hold(talk) {
      const one = await talk.open();
      const other = await talk.open();
      one.say('CLIENT ID');
      await talk.until(() => one.heard.length === 1);
      const id = String(one.heard[0]);
      one.say('BLPOP l 0', 'PING');
      other.say(`CLIENT LIST ID ${id}`);
      await talk.until(() => other.heard.length === 1);
      other.say(`CLIENT UNBLOCK ${id} TIMEOUT`, `CLIENT UNBLOCK ${id} TIMEOUT`);
      await afterwards(talk, one, 3);
      one.say('BLPOP l 0');
      other.say('RPUSH l v', 'RPUSH l w');
      await afterwards(talk, one, 4);
      one.say('BLPOP l 0');
      await afterwards(talk, one, 5);
      other.say('CLIENT LIST ID 99999');
      await afterwards(talk, other, 6);
      return [one.heard.slice(1), isBlocked(other.heard[0]), other.heard.slice(1)];
    },
  },
  {
    name: 'while writes are held back',
    async hold(talk) {
      const [one, other] = [await talk.open(), await talk.open()];
      other.say('CLIENT PAUSE 60000 WRITE', 'CLIENT ID');
      one.say('CLIENT ID');
      await talk.until(() => one.heard.length === 1 && other.heard.length === 2);
      one.say('GET a', 'SET a 1', 'GET a');
      await talk.until(() => one.heard.length === 2);
      other.say(`CLIENT LIST ID ${String(one.heard[0])}`, 'CLIENT UNPAUSE');
      await talk.until(() => one.heard.length === 4);
      return [one.heard.slice(1), isBlocked(other.heard[2])];
    },
  },
  {
    name: 'with one client too many',
    real: { config: { maxclients: 1 } },
    fake: (server) => {
      server.maxClients = 1;
    },
    async hold(talk) {
      const one = await talk.open();
      one.say('PING');
      await afterwards(talk, one, 1);
      const other = await talk.open();
      await talk.until(() => other.socket.closed);
      return other.heard;
    },
  },
  {
    name: 'of a server that loads',
    real: { loadingMs: 1_500, waitUntil: 'listening' },
    fake: (server) => {
      server.mood = 'loading';
    },
    async hold(talk) {
      const one = await talk.open();
      one.say('PING', 'INFO', 'CLIENT ID', 'GET a', 'SELECT 0', 'SUBSCRIBE c');
      return withoutNumbers(await afterwards(talk, one, 6));
    },
  },
  {
    name: 'of a replica without its primary',
    real: {
      replicaOf: { host: '127.0.0.1', port: await freePort() },
      config: { 'replica-serve-stale-data': 'no' },
    },
    fake: (server) => {
      server.mood = 'stale';
      server.role = 'slave';
    },
    async hold(talk) {
      const one = await talk.open();
      one.say('PING', 'INFO', 'CLIENT ID', 'GET a', 'SELECT 0', 'SUBSCRIBE c');
      return withoutNumbers(await afterwards(talk, one, 6));
    },
  },
  {
    name: 'of a replica',
    real: { replicaOf: { host: '127.0.0.1', port: await freePort() } },
    fake: (server) => {
      server.role = 'slave';
    },
    async hold(talk) {
      const one = await talk.open();
      one.say('INFO', 'GET a', 'SET a 1');
      return afterwards(talk, one, 3);
    },
  },
];

function shown(reply: Reply): unknown {
  if (reply instanceof ErrorReply) return reply.code;
  if (reply instanceof PushReply) return { push: reply.items.map(shown) };
  if (typeof reply === 'string' && reply.includes('run_id:')) return /role:\w+/.exec(reply)?.[0];
  return reply;
}

function isBlocked(line: unknown): boolean {
  return /\bflags=[A-Za-z]*b/.test(String(line));
}

// Numbers such as client ids differ between servers, so only their type is compared.
function withoutNumbers(heard: readonly unknown[]): readonly unknown[] {
  return heard.map((reply) => (typeof reply === 'number' ? 'a number' : reply));
}
