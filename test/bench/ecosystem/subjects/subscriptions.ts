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
  // After an error, the entries come first that were delivered, but not acknowledged.
  let from: '0' | '>' = '>';
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
          from,
        )) as [string, [string, string[]][]][] | null;
        const entries = answer?.[0]?.[1] ?? [];
        if (entries.length === 0) from = '>';
        for (const [id, [, i]] of entries) {
          stage.done(Number(i));
          await reader.xack('stream', 'group', id);
        }
      } catch {
        // Asked again at once, as such loops are written.
        from = '0';
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
