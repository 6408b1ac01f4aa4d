import type { Redis } from 'ioredis';

/** One way to call Redis; the returned promise settles when the call does. */
export interface KindOfCall {
  readonly name: string;
  readonly call: (client: Redis) => Promise<unknown>;
}

interface WithScript {
  addUp(key: string, amount: string): Promise<unknown>;
}

/** Prepares a client for the calls in {@link kindsOfCall}. */
export function prepare(client: Redis): Redis {
  client.defineCommand('addUp', { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])" });
  return client;
}

/** All ways to call Redis whose result is a promise or a callback. */
export const kindsOfCall: readonly KindOfCall[] = [
  { name: 'a read', call: (client) => client.get('greeting') },
  { name: 'a last-wins write', call: (client) => client.set('greeting', 'hello') },
  { name: 'an accumulating write', call: (client) => client.incr('visits') },
  { name: 'a pipeline', call: (client) => client.pipeline().get('a').incr('b').set('c', '1').exec() },
  { name: 'a MULTI', call: (client) => client.multi().incr('a').set('b', '1').exec() },
  { name: 'a blocking call', call: (client) => client.blpop('queue', 0.3) },
  { name: 'a subscribe', call: (client) => client.subscribe('news') },
  { name: 'a script', call: (client) => (client as unknown as WithScript).addUp('sum', '2') },
  {
    name: 'a call with a callback',
    call: (client) =>
      new Promise((resolve, reject) => {
        void client.get('greeting', (error, value) => {
          if (error) reject(error);
          else resolve(value);
        });
      }),
  },
  {
    name: 'a pipeline with a callback',
    call: (client) =>
      new Promise((resolve, reject) => {
        void client
          .pipeline()
          .incr('a')
          .get('b')
          .exec((error, replies) => {
            if (error) reject(error);
            else resolve(replies);
          });
      }),
  },
  { name: 'a call by name', call: (client) => client.call('INCRBY', 'visits', 2) },
  { name: 'a buffered call', call: (client) => client.getBuffer('greeting') },
];
