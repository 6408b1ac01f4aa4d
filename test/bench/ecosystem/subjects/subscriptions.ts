import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Subject } from '../subject.js';

/** graphql-redis-subscriptions: a subscription, and messages that are published to it. */
export const graphql: Subject = async (stage) => {
  const subscriber = stage.client.duplicate();
  subscriber.on('error', () => undefined);
  const pubSub = new RedisPubSub({ publisher: stage.client as never, subscriber: subscriber as never });
  await pubSub.subscribe('calls', ({ i }: { i: number }) => stage.done(i));
  return {
    call: async (i) => {
      await pubSub.publish('calls', { i });
      return 'fallback';
    },
    close: () => pubSub.close(),
  };
};

/** A hand-written loop with XREADGROUP. */
export const streamGroup: Subject = async (stage) => {
  const reader = stage.client.duplicate();
  reader.on('error', () => undefined);
  let isClosed = false;
  let groupExists = false;
  const loop = async (): Promise<void> => {
    while (!isClosed) {
      try {
        if (!groupExists) {
          await reader.xgroup('CREATE', 'stream', 'group', '0', 'MKSTREAM').catch((error: Error) => {
            if (!error.message.startsWith('BUSYGROUP')) throw error;
          });
          groupExists = true;
        }
        const answer = (await reader.xreadgroup(
          'GROUP',
          'group',
          'me',
          'BLOCK',
          1000,
          'STREAMS',
          'stream',
          '>',
        )) as [string, [string, string[]][]][] | null;
        for (const [id, [, i]] of answer?.[0]?.[1] ?? []) {
          stage.done(Number(i));
          await reader.xack('stream', 'group', id);
        }
      } catch {
        // Asked again at once, as such loops are written.
      }
    }
  };
  const looping = loop();
  return {
    call: async (i) => {
      await stage.producer.xadd('stream', '*', 'i', i);
      return 'accepted';
    },
    close: async () => {
      isClosed = true;
      reader.disconnect();
      await looping;
    },
  };
};
