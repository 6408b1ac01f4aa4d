import { createRedisResilience } from '@redis-resilience/core';
import { renderHealth } from '@redis-resilience/core/http';
import { attachDoctor, type Diagnosis } from '@redis-resilience/doctor';
import { startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';

describe('an attached doctor', () => {
  it('explains an outage in the snapshot and in the health answer, until it is over', async () => {
    await using server = await startRedis();
    await using proxy = await startProxy({ target: server });
    const resilience = createRedisResilience(proxy.url);
    await resilience.ready({ timeoutMs: 5000 });
    const doctor = attachDoctor(resilience, { timeoutMs: 1000 });
    // A server that is killed accepts connections for a moment, and resets them; a proxy refuses them at once.
    await proxy.refuse({ reset: true });
    await waitFor(() => doctor.finding, { message: 'the finding' });
    const { cause } = resilience.snapshot();
    expect(doctor.last?.findings[0]?.code).toBe('connection-refused');
    expect(cause?.message).toContain('The doctor found: ');
    expect(resilience.snapshot()).toBe(resilience.snapshot());
    expect(renderHealth([resilience]).body).toContain('The doctor found: ');
    expect(renderHealth([resilience]).body).not.toContain(String(proxy.port));
    await proxy.accept();
    await resilience.ready({ timeoutMs: 5000 });
    expect(resilience.snapshot().cause).toBeUndefined();
    expect(doctor.finding).toBeUndefined();
    doctor.detach();
    await resilience.close();
  });

  it('walks no more often than it is allowed to', async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience(server.url);
    await resilience.ready({ timeoutMs: 5000 });
    const seen: Diagnosis[] = [];
    const doctor = attachDoctor(resilience, {
      minIntervalMs: 60_000,
      onDiagnosis: (each) => seen.push(each),
    });
    for (let round = 0; round < 3; round++) {
      await server.kill();
      await waitFor(() => resilience.snapshot().status !== 'up');
      await doctor.settled();
      await server.start();
      await resilience.ready({ timeoutMs: 5000 });
    }
    expect(seen).toHaveLength(1);
    doctor.detach();
    await resilience.close();
  });

  it('explains an outage that began before it was attached, and leaves no trace when detached', async () => {
    await using server = await startRedis();
    await server.kill();
    const resilience = createRedisResilience(server.url);
    await waitFor(() => resilience.snapshot().cause);
    const { snapshot } = resilience;
    const doctor = attachDoctor(resilience);
    expect(() => attachDoctor(resilience)).toThrow(/attached/);
    await waitFor(() => doctor.finding);
    doctor.detach();
    expect(resilience.snapshot().cause?.message).not.toContain('The doctor found');
    expect(resilience.snapshot).toBe(snapshot);
    await resilience.close();
  });
});
