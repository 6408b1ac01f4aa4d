import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diagnose, type DiagnosisTarget } from '@redis-resilience/doctor';
import { startCluster, startOddPeer, startRedis, waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { LoopLag } from '../integration/stage/loop-lag.ts';
import { slackMs } from '../slack.ts';

describe('the walk', () => {
  it.each(['silent', 'unreachable'] as const)('ends within its bound on a peer that is %s', async (kind) => {
    await using peer = await startOddPeer(kind);
    using lag = new LoopLag();
    const { durationMs, healthy } = await diagnose(`redis://127.0.0.1:${peer.port}`, { timeoutMs: 800 });
    expect(healthy).toBe(false);
    expect(durationMs).toBeLessThanOrEqual(800 + slackMs + lag.totalMs);
  });

  it('changes nothing: no key, no configuration, no write command runs', async () => {
    await using server = await startRedis();
    const config = await server.command('CONFIG', 'GET', '*');
    await diagnose(server.url);
    expect(await server.command('DBSIZE')).toBe(0);
    expect(await server.command('CONFIG', 'GET', '*')).toEqual(config);
    const stats = await server.info('commandstats');
    const ran = Object.keys(stats).map((name) => name.replace('cmdstat_', ''));
    expect(ran.filter((name) => /^(set|get|del|eval|config\|set|flush)/.test(name))).toEqual([]);
    expect((await server.info('persistence'))['rdb_changes_since_last_save']).toBe('0');
  });

  it('takes a refused INFO as a finding', async () => {
    const users = [{ name: 'app', password: 'pw', rules: '~* +@all -info' }];
    await using server = await startRedis({ users });
    const { healthy, findings } = await diagnose(`redis://app:pw@127.0.0.1:${server.port}`);
    expect(healthy).toBe(true);
    expect(findings.map(({ code }) => code)).toContain('info-refused');
  });

  it('tells an administrator to look at a user who may not write', async () => {
    const users = [{ name: 'reader', password: 'pw', rules: '~* -@all +@connection +@transaction +@read' }];
    await using server = await startRedis({ users });
    const { findings } = await diagnose(`redis://reader:pw@127.0.0.1:${server.port}`);
    const finding = findings.find(({ code }) => code === 'auth');
    expect(finding?.next).toBe('On the server, as an administrator: ACL GETUSER reader');
    expect(finding?.evidence).toMatchObject({ user: 'reader', denied: ['SET'] });
  });

  it('looks the nodes of a Cluster up with the option `dnsLookup`', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const nodes = cluster.addresses.map(({ port }) => ({ host: 'redis.invalid', port }));
    const found = { cluster: nodes, options: { dnsLookup: lookup('127.0.0.1') } };
    const lost = { cluster: nodes, options: { dnsLookup: lookup(undefined) } };
    const codesOf = async (target: DiagnosisTarget): Promise<readonly string[]> =>
      (await diagnose(target)).findings.map(({ code }) => code);

    expect(await codesOf(found)).not.toContain('dns');
    expect((await diagnose(found)).healthy).toBe(true);
    expect(await codesOf(lost)).toContain('dns');
  });

  it('names a Cluster node whose address is unknown by its id, and does not connect to it', async () => {
    await using cluster = await startCluster({ nodes: 2, replicas: 1 });
    const primary = await cluster.primaryOf('a');
    const [replica] = await cluster.replicasOf(primary);
    if (replica === undefined) throw new Error('The primary has no replica');
    const id = String(await replica.command('CLUSTER', 'MYID'));
    await replica.kill();
    await rm(join(replica.dir, 'nodes.conf'));
    await replica.start(); // the replica gets a new id, but keeps its address
    const isForgotten = async () => /:0@0 \S*noaddr/.test(String(await primary.command('CLUSTER', 'NODES')));
    await waitFor(isForgotten, { timeoutMs: 10_000 });

    const { findings } = await diagnose({ cluster: [{ host: primary.host, port: primary.port }] });
    expect(findings.find(({ code }) => code === 'cluster-node-failed')?.evidence).toMatchObject({
      failed: [`${id} (no address)`],
    });
    expect(findings.map(({ code }) => code)).toContain('cluster-no-replica');
    expect(JSON.stringify(findings)).not.toContain(':0"');
  });
});

/** Returns a lookup that finds this address for every name, or fails. */
function lookup(address: string | undefined) {
  return (_: string, callback: (error: NodeJS.ErrnoException | null, address: string) => void): void => {
    if (address !== undefined) callback(null, address);
    else callback(Object.assign(new Error('There is no such name.'), { code: 'ENOTFOUND' }), '');
  };
}
