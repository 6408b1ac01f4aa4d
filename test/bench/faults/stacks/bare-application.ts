// The process of bare-process.ts: a client without a listener, asked every 20 ms by somebody who handles each error.
import { writeSync } from 'node:fs';
import { createRedisResilience } from '@redis-resilience/core';
import { Redis } from 'ioredis';
import { createClient } from 'redis';

type Get = (key: string) => Promise<unknown>;

const findings = 4;
const makers: Readonly<Record<string, (host: string, port: number) => Get | Promise<Get>>> = {
  ioredis(host, port) {
    const client = new Redis({ host, port });
    return (key) => client.get(key);
  },
  async 'node-redis'(host, port) {
    const client = createClient({ socket: { host, port } });
    await client.connect();
    return (key) => client.get(key);
  },
  ours(host, port) {
    const { client } = createRedisResilience({ host, port });
    return (key) => client.get(key);
  },
};

const [name = '', host = '', port = ''] = process.argv.slice(2);
// Looks on, and changes nothing about how the process ends.
process.on('uncaughtExceptionMonitor', (_error, origin) => say(origin));
// Whoever started it is gone.
process.on('disconnect', () => process.exit());

const get = await makers[name]?.(host, Number(port));
if (get === undefined) throw new Error(`There is no client "${name}"`);
setInterval(() => {
  get('greeting').then(
    () => say('answered'),
    () => undefined,
  );
}, 20);

function say(line: string): void {
  writeSync(findings, `${line}\n`);
}
