// The process that bare-process.ts starts: a client without an `error` listener, and a GET every 20 ms whose
// rejections are handled.
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
// Unlike a listener for `uncaughtException`, this monitor does not keep the process alive.
process.on('uncaughtExceptionMonitor', (_error, origin) => say(origin));
// The parent process has ended.
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
