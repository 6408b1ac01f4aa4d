import { describe, expect, it } from 'vitest';
import { CallLoop, summaryOf } from '../stage/call-loop.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { supportedProtocols } from '../stage/supported-protocols.ts';

// Ends by CLIENT UNPAUSE, because a process that gets little CPU time may take long to notice the pause.
const longPauseMs = '60000';

describe.each(supportedProtocols)('a server that pauses writes, RESP%d', (protocol) => {
  it('keeps its connection, and answers what it was sent when it goes on', async () => {
    await using redis = await startProtectedRedis({
      client: { protocol },
      resilience: { timeoutMs: 5_000 },
    });
    await redis.client.incr('visits');
    const portBefore = redis.client.stream.localPort;

    await redis.server.command('CLIENT', 'PAUSE', longPauseMs, 'WRITE');
    const visit = redis.client.incr('visits');
    const read = redis.client.get('visits');
    expect((await redis.until('down')).cause?.code).toBe('stalled');
    await redis.server.command('CLIENT', 'UNPAUSE');

    expect(await visit).toBe(2);
    expect(await read).toBe('2');
    await redis.until('up');
    expect(redis.client.stream.localPort).toBe(portBefore);
    expect(redis.resilience.snapshot().outages).toBe(1);
  });

  it('runs each write once, and leaves no doubt about any', async () => {
    await using redis = await startProtectedRedis({ client: { protocol } });
    const visits = new CallLoop(() => redis.client.incr('visits'));
    await visits.untilAnswered(20);

    await redis.server.command('CLIENT', 'PAUSE', '500', 'WRITE');
    await visits.untilAnswered(20);

    const calls = await visits.finish();
    const failed = visits.failures.map(({ error }) => summaryOf(error));
    expect(failed.filter((summary) => summary !== 'REDIS_UNAVAILABLE: not-applied')).toEqual([]);
    expect(Number(await redis.client.get('visits'))).toBe(calls.length - failed.length);
  });

  it('does not hold up the replacement of a connection that died in the pause', async () => {
    await using redis = await startProtectedRedis({ client: { protocol } });
    await redis.client.incr('visits');
    const portBefore = redis.client.stream.localPort;

    await redis.server.command('CLIENT', 'PAUSE', longPauseMs, 'WRITE');
    const visit = redis.client.incr('visits').catch((error: unknown) => error);
    await redis.until('down');
    redis.proxy.blackhole({ existing: true });
    await redis.server.command('CLIENT', 'UNPAUSE');

    expect(await visit).toMatchObject({ outcome: 'unknown' });
    await redis.until('up');
    expect(redis.client.stream.localPort).not.toBe(portBefore);
    expect(await redis.client.incr('visits')).toBe(3);
  });

  it('does not hold up the replacement of a dead connection where CLIENT LIST is forbidden', async () => {
    await using redis = await startProtectedRedis({ client: { protocol } });
    await redis.server.command('ACL', 'SETUSER', 'default', '-client|list');
    redis.proxy.blackhole({ existing: true });

    expect(await redis.client.get('visits')).toBeNull();
    expect(redis.resilience.snapshot().status).toBe('up');
  });
});
