import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { classifyReply } from '../../../packages/core/src/replies/reply-error.ts';
import { connectTo, start, writingScript } from '../catalogue/provoked-server.ts';

const away = { outcome: 'not-applied', circuit: 'failure' };

describe('a cluster', () => {
  it('is recognised when nobody serves the slot', async () => {
    const server = await start({ cluster: true });
    const message = await connectTo(server).say('GET k');
    expect(message).toMatch(/^CLUSTERDOWN /);
    expect(classifyReply(message)).toEqual({
      code: 'CLUSTERDOWN',
      cause: 'cluster-down',
      scope: 'slot',
      ...away,
    });
  });

  it('is recognised when it only reads', async () => {
    const server = await start({ cluster: true, config: { 'cluster-allow-reads-when-down': 'yes' } });
    await server.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_000);
    const telnet = connectTo(server);
    // Slot 12,706.
    const message = await telnet.say('SET {b}c v');
    expect(message).toBe('CLUSTERDOWN The cluster is down and only accepts read commands');
    expect(classifyReply(message)).toMatchObject({ cause: 'cluster-down', scope: 'write-lane', ...away });
    const script = await telnet.say(writingScript);
    expect(script).toMatch(
      /^ERR Script attempted to execute a write command while the cluster is down and readonly/,
    );
    expect(classifyReply(script, true)).toMatchObject({
      cause: 'cluster-down',
      outcome: 'refused',
      circuit: 'failure',
      scope: 'write-lane',
    });
  });

  it('sends the caller elsewhere while a slot moves', async () => {
    const [source, target] = await Promise.all([start({ cluster: true }), start({ cluster: true })]);
    await source.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await target.command('CLUSTER', 'MEET', source.host, source.port);
    const from = await source.command('CLUSTER', 'MYID');
    const to = await target.command('CLUSTER', 'MYID');
    for (const node of [source, target]) {
      await waitFor(async () => /cluster_state:ok/.test(String(await node.command('CLUSTER', 'INFO'))));
      await waitFor(async () => String(await node.command('CLUSTER', 'NODES')).includes('0-16383'));
    }
    await waitFor(async () => String(await source.command('CLUSTER', 'NODES')).includes(String(to)));
    const slot = Number(await source.command('CLUSTER', 'KEYSLOT', '{k}'));
    const telnet = connectTo(source);
    await telnet.say('SET {k}1 v');
    await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(from));
    await source.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(to));

    const elsewhere = { cause: undefined, outcome: 'not-applied', circuit: 'ignored', scope: 'command' };
    expect(classifyReply(await telnet.say('GET {k}2'))).toEqual({ code: 'ASK', ...elsewhere });
    expect(classifyReply(await connectTo(target).say('GET {k}1'))).toEqual({ code: 'MOVED', ...elsewhere });
    expect(classifyReply(await telnet.say('MGET {k}1 {k}2'))).toEqual({
      code: 'TRYAGAIN',
      cause: 'cluster-down',
      scope: 'command',
      ...away,
    });
    expect(classifyReply(await telnet.say('MGET a b'))).toMatchObject({
      code: 'CROSSSLOT',
      circuit: 'success',
    });
  });
});
