import {
  startSentinel,
  waitFor,
  type RedisServer,
  type StartSentinelOptions,
} from '@redis-resilience/testing';
import { expect, it, onTestFinished, type TestContext } from 'vitest';
import { isAlive } from './is-alive.ts';
import { connect, ping, resp } from './raw-client.ts';

it('startSentinel asks for the passwords of nodes and sentinels', async () => {
  const group = await sentinel(
    { onTestFinished },
    { password: 'data', sentinelPassword: 'watch', replicas: 1 },
  );
  const [address] = group.sentinelAddresses;
  const client = await connect(address ?? group.primary);
  expect(await client.ask(ping, '\r\n')).toMatch(/^-NOAUTH/);
  const question = resp('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster');
  const answer = await client.ask(resp('AUTH', 'watch') + question, `${group.primary.port}\r\n`);
  expect(answer).toContain('127.0.0.1');
  expect(await (await connect(group.primary)).ask(ping, '\r\n')).toMatch(/^-NOAUTH/);
  await group.failover();
});

it.concurrent(
  'startSentinel starts three sentinels that see each other, one primary, and replicas in sync',
  async (context) => {
    const group = await sentinel(context);
    context.expect(group.replicas).toHaveLength(2);
    for (const watcher of group.sentinels) {
      context
        .expect(await watcher.command('SENTINEL', 'CKQUORUM', group.name))
        .toMatch(/^OK 3 usable Sentinels/);
      context.expect(await watcher.command('SENTINEL', 'REPLICAS', group.name)).toHaveLength(2);
    }
    context.expect(await group.currentPrimary()).toBe(group.primary);
    context.expect((await group.primary.info('replication'))['connected_slaves']).toBe('2');
  },
);

it.concurrent(
  'a sentinel group goes on with a sentinel less, takes it back, and leaves no process behind after stop',
  async (context) => {
    const group = await sentinel(context);
    const [first] = group.sentinels;
    await first?.kill();
    await group.waitUntilSettled();
    context.expect(await group.waitForPrimary()).toBe(group.primary);
    await first?.start();
    await group.waitUntilSettled();
    const pids = [group.primary, ...group.replicas, ...group.sentinels].map(({ pid }) => pid);
    await group.stop();
    await group.stop();
    context.expect(pids.map(isAlive)).toEqual(pids.map(() => false));
  },
);

it.concurrent(
  'a sentinel group promotes a replica when asked, over TLS too, and all sentinels name it',
  async (context) => {
    const group = await sentinel(context, { tls: true });
    await group.failover();
    const after = await group.currentPrimary();
    context.expect(after).not.toBe(group.primary);
    context.expect(await after.command('SET', 'a', '1')).toBe('OK');
    await waitFor(async () => (await group.primary.info('replication'))['role'] === 'slave');
  },
);

it.concurrent.for<[string, (primary: RedisServer) => Promise<void>, (primary: RedisServer) => unknown]>([
  ['killed', (primary) => primary.kill(), (primary) => primary.start()],
  ['frozen', (primary) => primary.freeze(), (primary) => primary.thaw()],
])(
  'a sentinel group promotes a replica when the primary is %s, and takes it back as a replica',
  async ([, breakIt, mend], context) => {
    const group = await sentinel(context, { password: 'data' });
    await breakIt(group.primary);
    const after = await group.waitForPrimary({ otherThan: group.primary });
    context.expect(await after.command('SET', 'a', '1')).toBe('OK');
    await mend(group.primary);
    await group.waitUntilSettled();
    context.expect((await group.primary.info('replication'))['role']).toBe('slave');
    context.expect(await group.primary.command('GET', 'a')).toBe('1');
  },
);

async function sentinel(context: Pick<TestContext, 'onTestFinished'>, options?: StartSentinelOptions) {
  const group = await startSentinel(options);
  context.onTestFinished(() => group.stop());
  return group;
}
