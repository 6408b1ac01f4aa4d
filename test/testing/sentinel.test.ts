import { startSentinel, waitFor, type RedisServer, type SentinelGroup } from '@redis-resilience/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAlive } from './is-alive.ts';
import { connect, ping, resp } from './raw-client.ts';

let group: SentinelGroup;

beforeAll(async () => {
  group = await startSentinel({ password: 'data', sentinelPassword: 'watch' });
});
afterAll(() => group.stop());

it('starts three sentinels that see each other, one primary, and replicas in sync', async () => {
  expect(group.replicas).toHaveLength(2);
  for (const sentinel of group.sentinels) {
    expect(await sentinel.command('SENTINEL', 'CKQUORUM', group.name)).toMatch(/^OK 3 usable Sentinels/);
    expect(await sentinel.command('SENTINEL', 'REPLICAS', group.name)).toHaveLength(2);
  }
  expect(await group.currentPrimary()).toBe(group.primary);
  expect((await group.primary.info('replication'))['connected_slaves']).toBe('2');
});

it('asks for the passwords of nodes and sentinels', async () => {
  const [address] = group.sentinelAddresses;
  const client = await connect(address ?? { host: '', port: 0 });
  expect(await client.ask(ping, '\r\n')).toMatch(/^-NOAUTH/);
  const question = resp('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster');
  expect(await client.ask(resp('AUTH', 'watch') + question, `${group.primary.port}\r\n`)).toContain(
    '127.0.0.1',
  );
  expect(await (await connect(group.primary)).ask(ping, '\r\n')).toMatch(/^-NOAUTH/);
});

it('promotes a replica when asked, and all sentinels name it', async () => {
  const before = await group.currentPrimary();
  await group.failover();
  const after = await group.currentPrimary();
  expect(after).not.toBe(before);
  expect(await after.command('SET', 'a', '1')).toBe('OK');
  await waitFor(async () => (await before.info('replication'))['role'] === 'slave');
});

it.each<[string, (primary: RedisServer) => Promise<void>, (primary: RedisServer) => unknown]>([
  ['killed', (primary) => primary.kill(), (primary) => primary.start()],
  ['frozen', (primary) => primary.freeze(), (primary) => primary.thaw()],
])(
  'promotes a replica when the primary is %s, and takes the old one back as a replica',
  async (_, breakIt, mend) => {
    await group.waitUntilSettled();
    const before = await group.currentPrimary();
    await breakIt(before);
    const after = await group.waitForPrimary({ otherThan: before });
    expect(await after.command('SET', 'a', '2')).toBe('OK');
    await mend(before);
    await group.waitUntilSettled();
    expect((await before.info('replication'))['role']).toBe('slave');
    expect(await before.command('GET', 'a')).toBe('2');
  },
);

it('goes on with a sentinel less, and takes it back', async () => {
  const [first] = group.sentinels;
  await first?.kill();
  await group.waitUntilSettled();
  expect(await group.currentPrimary()).toBe(await group.waitForPrimary());
  await first?.start();
  await group.waitUntilSettled();
});

it('leaves no process behind after stop', async () => {
  const pids = [group.primary, ...group.replicas, ...group.sentinels].map(({ pid }) => pid);
  await group.stop();
  await group.stop();
  expect(pids.map(isAlive)).toEqual(pids.map(() => false));
});
