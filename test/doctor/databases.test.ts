import { createRedisResilience, type DatabaseTarget } from '@redis-resilience/core';
import { attachDoctor, diagnose, type Finding } from '@redis-resilience/doctor';
import { startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { DatabaseEvidence } from '../../packages/doctor/src/evidence/gather-databases.ts';
import { pairFindings } from '../../packages/doctor/src/rules/databases.ts';

const short = { depth: 'short', host: false } as const;

describe('a diagnosis of several databases', () => {
  it('walks each of them, and an error of one that is not preferred is a warning', async () => {
    await using first = await startRedis();
    await using second = await startRedis({ password: 'open-sesame' });
    await using third = await startRedis();
    await third.kill();
    const databases = [
      { name: 'third', target: third.url },
      { name: 'first', target: first.url, weight: 2 },
      { name: 'second', target: second.url.replace('open-sesame', 'open-barley') },
    ];
    const { healthy, findings, target } = await diagnose({ databases }, short);

    expect(of('second', findings)).toMatchObject([{ code: 'auth', severity: 'warning' }]);
    expect(of('third', findings)).toMatchObject([{ code: 'connection-refused', severity: 'warning' }]);
    expect(findings[0]?.message).toMatch(/^On another database: /);
    expect(healthy).toBe(true);
    expect(target.split(', ')).toHaveLength(3);
    expect(JSON.stringify({ findings, target })).not.toMatch(/sesame|barley/);
  });

  it('finds errors of the preferred one, also of several URLs in one text', async () => {
    await using first = await startRedis();
    await using second = await startRedis();
    await first.kill();
    const { healthy, findings } = await diagnose(`${first.url},${second.url}`, short);

    expect(findings[0]).toMatchObject({ code: 'connection-refused', evidence: { database: 'first' } });
    expect(healthy).toBe(false);
  });

  it('finds that two of them are one server', async () => {
    await using server = await startRedis();
    const proxy = await startProxy({ target: server });
    const { healthy, findings } = await diagnose(`${server.url},${proxy.url}`, short);
    await proxy.close();

    expect(findings[0]).toMatchObject({
      code: 'same-server',
      evidence: { databases: ['first', 'second'] },
    });
    expect(healthy).toBe(false);
  });

  it('finds different data, and a replica without a link, and nothing wrong with one in sync', async () => {
    await using first = await startRedis();
    await using replica = await startRedis({ replicaOf: first });
    await using alone = await startRedis();
    await first.command('SET', 'greeting', 'hello');
    await waitFor(async () => (await replica.info('replication'))['master_link_status'] === 'up');
    const databases = (...others: readonly DatabaseTarget[]): { databases: readonly DatabaseTarget[] } => ({
      databases: [{ name: 'first', target: first.url }, ...others],
    });
    const readOnly = { name: 'replica', target: replica.url, readOnly: true };
    const related = await diagnose(databases(readOnly), short);
    const unrelated = await diagnose(databases({ name: 'alone', target: alone.url }), short);
    const wrong = await diagnose(databases({ name: 'alone', target: alone.url, readOnly: true }), short);
    await first.kill();
    await waitFor(async () => (await replica.info('replication'))['master_link_status'] === 'down');
    const cut = await diagnose(databases(readOnly), short);

    expect(codesOf(related.findings)).not.toContain('different-data');
    expect(unrelated.findings.find(({ code }) => code === 'different-data')).toMatchObject({
      severity: 'info',
      evidence: { keys: ['1', '0'] },
    });
    expect(wrong.findings.find(({ code }) => code === 'different-data')?.severity).toBe('warning');
    expect(codesOf(of('replica', cut.findings))).toContain('replication-link');
  });

  it('of a resilience begins with the one in use, also when an attached doctor makes it', async () => {
    await using first = await startRedis();
    await using second = await startRedis();
    const resilience = createRedisResilience(`${first.url},${second.url}`, { logger: false });
    await resilience.ready();
    await resilience.failover('second');
    const doctor = attachDoctor(resilience);
    await first.kill();
    const calm = await diagnose(resilience, short);
    await second.kill();
    await waitFor(() => doctor.finding !== undefined);
    const { last } = doctor;
    await resilience.close();

    expect(of('first', calm.findings)).toContainEqual(
      expect.objectContaining({ code: 'connection-refused', severity: 'warning' }),
    );
    expect(calm.healthy).toBe(true);
    expect(of('second', last?.findings ?? [])[0]?.severity).toBe('error');
    expect(of('first', last?.findings ?? [])[0]?.severity).toBe('warning');
  });

  it.each([
    ['are a minute apart', 60_000, ['clock-skew']],
    ['are as far apart as the answers took', 1_100, []],
  ])('whose clocks %s', (_how, aheadMs, codes) => {
    const found = pairFindings([withClock('first', 0), withClock('second', aheadMs)]);
    expect(codesOf(found)).toEqual(codes);
  });
});

/** A database whose clock is ahead, and which took 200 ms to reply. */
function withClock(name: string, aheadMs: number): DatabaseEvidence {
  const answeredAt = 1_000_000;
  const info = {
    run_id: name,
    master_replid: 'shared',
    server_time_usec: String((answeredAt + aheadMs) * 1000),
  };
  const nodes = [{ part: 'target', server: { info, answeredAt, durationMs: 200 } }];
  const evidence = { nodes, target: { database: 0 } } as unknown as DatabaseEvidence['evidence'];
  return { name, isMain: name === 'first', isReadOnly: false, evidence };
}

function of(database: string, findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ evidence }) => evidence['database'] === database);
}

function codesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ code }) => code);
}
