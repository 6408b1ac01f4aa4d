import { createRedisResilience, type CauseCode } from '@redis-resilience/core';
import { startOddPeer, startProxy, startRedis, waitFor, type OddPeerKind } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

const causes: readonly (readonly [OddPeerKind, readonly CauseCode[]])[] = [
  ['http', ['protocol']],
  ['ssh', ['protocol']],
  ['memcached', ['protocol']],
  ['garbage', ['protocol']],
  ['postgres', ['connection-reset', 'protocol']],
  ['closes', ['connection-reset']],
  ['max-clients', ['max-clients']],
  ['unreachable', ['connect-timeout']],
];

describe('a peer that is not a serving Redis', () => {
  it.concurrent.each(causes)(
    '%s ends in its cause, and heals when Redis takes its place',
    async (kind, expected) => {
      await using peer = await startOddPeer(kind);
      await using server = await startRedis();
      await using proxy = await startProxy({ target: peer });
      // A proxy would answer the SYN, so this case connects directly.
      const direct = kind === 'unreachable';
      const { host, port } = direct ? peer : proxy;
      using unhandled = new UnhandledRejections();
      const resilience = createRedisResilience({ host, port });
      try {
        await waitFor(() => expected.includes(resilience.snapshot().cause?.code as CauseCode), {
          timeoutMs: 8_000,
          message: `the cause ${expected.join()}; it is ${resilience.snapshot().cause?.code}`,
        });
        const error = await errorOf(
          (resilience.client as { get(key: string): Promise<unknown> }).get('greeting'),
        );
        expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', outcome: 'not-applied' });

        if (!direct) {
          proxy.retarget(server);
          await waitUntilStatus(resilience, 'up', 8_000);
          expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
        }
        expect(await unhandled.list()).toEqual([]);
      } finally {
        await resilience.close();
      }
    },
  );

  it('a server too old for HELLO is spoken to in RESP2', async () => {
    await using peer = await startOddPeer('refuses-hello');
    const resilience = createRedisResilience({ host: peer.host, port: peer.port });
    await resilience.ready({ timeoutMs: 5_000 });

    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    await resilience.close();
  });

  it('a name that does not resolve has the cause dns', async () => {
    const resilience = createRedisResilience({ host: 'no-such-host.invalid', port: 6379 });
    await waitFor(() => resilience.snapshot().cause?.code === 'dns', { timeoutMs: 8_000 });
    await resilience.close();
  });
});
