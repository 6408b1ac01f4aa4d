import { createRedisResilience } from '@redis-resilience/core';
import { attachDoctor, diagnose } from '@redis-resilience/doctor';
import { startRedis } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';

describe('an option of diagnose', () => {
  it.each([
    [{ timeout: 500 }, /diagnose\.timeout does not exist\. Did you mean timeoutMs\?/],
    [{ timeoutMs: 10 }, /diagnose\.timeoutMs must be a number of milliseconds from 50/],
    [{ depth: 'deep' }, /diagnose\.depth must be one of 'short', 'full'/],
    [{ role: 'replica' }, /diagnose\.role must be one of 'primary', 'any'/],
    [{ tls: true }, /diagnose\.tls must be an object/],
    [{ host: 'localhost' }, /diagnose\.host must be true or false/],
    [{ app: 'redis://:hunter2@localhost' }, /diagnose\.app must be the http:\/\/ URL/],
    [{ clock: {} }, /diagnose\.clock must be an object with/],
  ])('is refused when it is wrong: %j', async (options, message) => {
    const refused = diagnose('redis://localhost', options as never);
    await expect(refused).rejects.toMatchObject({ name: 'ConfigurationError' });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(/hunter2/);
  });

  it('is by default the role that the client expects', async () => {
    await using primary = await startRedis();
    await using replica = await startRedis({ replicaOf: primary });
    const strict = createRedisResilience(replica.url);
    const content = createRedisResilience(replica.url, { connection: { role: 'any' } });
    const reader = createRedisResilience({ host: replica.host, port: replica.port, readOnly: true });
    const severityOf = async (target: Parameters<typeof diagnose>[0]) => {
      const { findings } = await diagnose(target, { depth: 'short', host: false });
      return findings.find(({ code }) => code === 'read-only')?.severity;
    };
    expect(await severityOf(strict)).toBe('error');
    expect(await severityOf(content)).toBe('info');
    expect(await severityOf(reader)).toBe('info');
    expect(await severityOf(reader.client)).toBe('info');
    await Promise.all([strict, content, reader].map((each) => each.close()));
  });
});

describe('an option of attachDoctor', () => {
  it.each([
    [{ minInterval: 5 }, /attachDoctor\.minInterval does not exist\. Did you mean minIntervalMs\?/],
    [{ timeoutMs: 0 }, /attachDoctor\.timeoutMs/],
    [{ onDiagnosis: true }, /attachDoctor\.onDiagnosis must be a function/],
  ])('is refused when it is wrong: %j', async (options, message) => {
    const resilience = createRedisResilience({ lazyConnect: true });
    expect(() => attachDoctor(resilience, options as never)).toThrow(message);
    await resilience.close();
  });

  it('is given beside a resilience, not beside a client', () => {
    expect(() => attachDoctor('redis://localhost' as never)).toThrow(/attachDoctor\.resilience must be/);
  });
});
