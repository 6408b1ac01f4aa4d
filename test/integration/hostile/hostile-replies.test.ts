import { describe, expect, it } from 'vitest';
import { waitFor } from '@redis-resilience/testing';
import { honest, HostileServer } from '../../bench/fuzz/hostile-server.ts';
import { ChildScript } from '../stage/child-script.ts';
import { supportedProtocols } from '../stage/supported-protocols.ts';

const replies = {
  'a list nested 10,000 deep': `${'*1\r\n'.repeat(10_000)}:1\r\n`,
  'a list of 4,294,967,296 elements': '*4294967296\r\n',
  'lists that announce 400 million elements together': `*1000\r\n${'*1000000\r\n'.repeat(400)}`,
};

const part = Buffer.alloc(64 * 1024, 'a');

// All tests share one process with a small heap, which must still be running at the end.
const client = `
  import { createRedisResilience } from '@redis-resilience/core';
  import { createInterface } from 'node:readline';
  const { PORT, PROTOCOL } = process.env;
  const options = { host: '127.0.0.1', port: Number(PORT), ...(PROTOCOL ? { protocol: Number(PROTOCOL) } : {}) };
  const resilience = createRedisResilience(options, {
    logger: false, timeoutMs: 500, connection: { minPeriodMs: 10, maxPeriodMs: 50 },
  });
  const subscriber = resilience.client.duplicate();
  const causes = new Set();
  resilience.on('change', ({ snapshot }) => snapshot.cause && causes.add(snapshot.cause.code));
  let peak = 0;
  setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20).unref();
  const verbs = {
    get: () => resilience.client.get('key').catch((error) => error.code),
    subscribe: () => subscriber.subscribe('channel').then(() => 'subscribed', (error) => error.code),
    causes: () => [...causes].join(),
    forget: () => causes.clear(),
    peak: () => Math.round(peak / 1e6),
    close: () => resilience.close().then(() => 'closed'),
  };
  await resilience.ready();
  console.log('ready');
  for await (const line of createInterface(process.stdin)) {
    const [id, verb] = line.split(' ');
    Promise.resolve(verbs[verb]()).then((answer) => console.log(id + ' ' + answer));
  }
`;

describe.each(supportedProtocols)('a client of RESP%i with a heap of 512 MB', (protocol) => {
  it(
    'drops the socket of a hostile server with the cause protocol, and lives',
    { timeout: 60_000 },
    async () => {
      await using server = await HostileServer.start();
      await using child = new ChildScript(client, {
        NODE_OPTIONS: '--max-old-space-size=512',
        PORT: String(server.port),
        PROTOCOL: String(protocol),
      });
      let asked = 0;
      const ask = (verb: string): Promise<string> => {
        child.tell(`#${++asked} ${verb}`);
        return child.line(`#${asked} `);
      };
      const provoked = async (what: string, provoke: () => Promise<unknown>): Promise<void> => {
        await ask('forget');
        const before = server.accepted;
        await provoke();
        await waitFor(() => server.accepted > before, { message: `another socket after ${what}` });
        server.hostility = () => honest;
        await waitFor(async () => (await ask('get')) === 'value of key', {
          message: `recovery from ${what}`,
        });
        await waitFor(async () => (await ask('causes')).includes('protocol'), {
          message: `the cause of ${what}`,
        });
      };
      const answerTo = (name: string, reply: string) => async (): Promise<void> => {
        server.hostility = ([asks = '']) => (asks.toLowerCase() === name ? reply : honest);
        await ask(name);
      };
      await child.line('ready');
      await ask('get');

      for (const [what, reply] of Object.entries(replies)) await provoked(what, answerTo('get', reply));
      for (const nothing of ['$-1\r\n', '*-1\r\n'])
        await provoked('a null that nobody asked for', async () => server.send('get', nothing));
      if (protocol === 3)
        await provoked('a push without a kind', async () => server.send('get', '>1\r\n_\r\n'));
      // A reply whose caller has gone is discarded once 64 MiB of it have arrived.
      for (const begin of ['+', '$500000000\r\n']) {
        await provoked('an endless line or text', async () => {
          server.hostility = ([name = ''], socket) => {
            if (name.toLowerCase() !== 'get') return honest;
            const pour = (): void => {
              while (!socket.destroyed && socket.write(part));
              socket.once('drain', pour);
            };
            socket.write(begin);
            pour();
            return undefined;
          };
          await ask('get');
        });
      }
      // In addition to its normal memory, the process may hold 64 MiB twice until the next garbage
      // collection: as received, and as a list of chunks.
      expect(Number(await ask('peak'))).toBeLessThan(512);

      const before = server.accepted;
      await answerTo('subscribe', '*1\r\n$-1\r\n')();
      await waitFor(() => server.accepted > before, { message: 'another socket of the subscriber' });
      server.hostility = () => honest;
      expect(await ask('get')).toBe('value of key');
      expect(await ask('close')).toBe('closed');
    },
  );
});
