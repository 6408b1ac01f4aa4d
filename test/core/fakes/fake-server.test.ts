import { connect } from 'node:net';
import { ManualClock, startRedis, waitFor, type StartRedisOptions } from '@redis-resilience/testing';
import { describe, expect, onTestFinished, it } from 'vitest';
import { encodeCommand } from '../../../packages/core/src/replies/encode-command.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeServer } from './fake-server.ts';
import { afterwards, conversations, Speaker, type Talk } from './server-conversations.ts';

describe('a conversation with the server in memory', () => {
  it.each(conversations)('is one as with redis-server: $name', async ({ real, fake, hold }) => {
    const inMemory = await hold(inMemoryTalk(fake));
    expect(inMemory).toEqual(await hold(await realTalk(real)));
  });

  it('is one as with redis-server: while a script runs', async () => {
    const server = await startRedis({ config: { 'busy-reply-threshold': 10 } });
    onTestFinished(() => server.stop());
    const script = await talkWith(server).open();
    script.socket.write(encodeCommand(['EVAL', 'while true do end', '0']));
    await waitFor(async () => String(await server.command('PING').catch(String)).includes('BUSY'));
    const hold = async (talk: Talk): Promise<unknown> => {
      const one = await talk.open();
      one.say('PING', 'INFO', 'CLIENT ID', 'GET a', 'HELLO 2');
      return (await afterwards(talk, one, 5)).slice(0, 4);
    };
    expect(await hold(inMemoryTalk((busy) => void (busy.mood = 'busy')))).toEqual(
      await hold(talkWith(server)),
    );
  });
});

function inMemoryTalk(prepare: (server: FakeServer) => void = () => undefined): Talk {
  const clock = new ManualClock();
  const network = new FakeNetwork(clock);
  const server = new FakeServer({ clock, network });
  prepare(server);
  return {
    async open() {
      const { signal } = new AbortController();
      const opening = network.open(server, { signal, keepAliveMs: 0 });
      await clock.travelAsync(5);
      const speaker = new Speaker(await opening);
      const { say } = speaker;
      // The fake server does not know the command CLIENT PAUSE, so this code produces its effect directly.
      speaker.say = (...commands) => {
        if (commands[0]?.startsWith('CLIENT PAUSE') === true) server.holdWrites();
        if (commands.includes('CLIENT UNPAUSE')) clock.setTimeout(() => server.releaseWrites(), 5);
        say.call(speaker, ...commands);
      };
      return speaker;
    },
    async until(condition) {
      for (let passed = 0; passed < 1_000 && !condition(); passed++) await clock.travelAsync(1);
      if (!condition()) throw new Error('It did not come to pass.');
    },
  };
}

async function realTalk(options: StartRedisOptions | undefined): Promise<Talk> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return talkWith(server);
}

function talkWith({ host, port }: { readonly host: string; readonly port: number }): Talk {
  return {
    async open() {
      const socket = connect({ host, port });
      onTestFinished(() => void socket.destroy());
      return new Speaker(socket);
    },
    async until(condition) {
      await waitFor(condition);
    },
  };
}
