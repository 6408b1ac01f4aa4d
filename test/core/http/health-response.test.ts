import {
  createHealthResponder,
  renderHealth,
  renderLiveness,
  renderReadiness,
} from '@redis-resilience/core/http';
import { describe, expect, it, vi } from 'vitest';
import { downSnapshot, resilienceWith, snapshotOf } from './snapshot-of.ts';

const up = resilienceWith(snapshotOf());
const down = resilienceWith(downSnapshot({ retryAfterMs: 1_200 }));
const degraded = resilienceWith(downSnapshot({ status: 'degraded', reads: true }, 'out-of-memory'));

describe('renderLiveness', () => {
  it('passes, as health+json that nobody stores', () => {
    expect(renderLiveness()).toEqual({
      status: 200,
      headers: {
        'Content-Type': 'application/health+json',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      },
      body: '{"status":"pass"}',
    });
  });
});

describe('renderReadiness', () => {
  it.each([
    ['up', up, false, 200, 'pass'],
    ['up and critical', up, true, 200, 'pass'],
    ['degraded', degraded, false, 200, 'warn'],
    ['degraded and critical', degraded, true, 200, 'warn'],
    ['down', down, false, 200, 'warn'],
    ['down and critical', down, true, 503, 'fail'],
    ['down and critical by name', down, ['default'], 503, 'fail'],
    ['down while another one is critical', down, ['sessions'], 200, 'warn'],
  ] as const)('answers a connection that is %s', (_case, resilience, critical, status, health) => {
    const answer = renderReadiness([resilience], { critical });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ status: health });
  });

  it('is not critical unless told so', () => {
    expect(renderReadiness([down]).status).toBe(200);
  });

  it('says in whole seconds when to ask again', () => {
    expect(renderReadiness([down], { critical: true }).headers['Retry-After']).toBe('2');
  });

  it('names what is away and why', () => {
    expect(JSON.parse(renderReadiness([down, up]).body)).toEqual({
      status: 'warn',
      output: 'Redis connection default is down (connection-refused).',
    });
  });
});

describe('renderHealth', () => {
  it('keys one check per connection by its name', () => {
    const sessions = resilienceWith(snapshotOf({ name: 'eu:sessions' }));
    const body = JSON.parse(renderHealth([up, sessions]).body);
    expect(body.status).toBe('pass');
    expect(Object.keys(body.checks)).toEqual(['redis-default', 'redis-eu-sessions']);
    expect(body.checks['redis-default']).toEqual([
      {
        componentId: 'default',
        componentType: 'datastore',
        status: 'pass',
        redis: {
          status: 'up',
          reads: true,
          writes: true,
          connection: 'ready',
          circuit: { read: 'closed', write: 'closed' },
          since: '2026-01-01T00:00:00.000Z',
          outages: 0,
          attempts: 1,
        },
      },
    ]);
  });

  it('keeps both checks of two connections with one name', () => {
    expect(JSON.parse(renderHealth([up, down]).body).checks['redis-default']).toHaveLength(2);
  });

  it('says of an outage why, since when, and when to ask again', () => {
    const answer = renderHealth([down], { critical: true });
    expect(answer.status).toBe(503);
    const [check] = JSON.parse(answer.body).checks['redis-default'];
    expect(check).toMatchObject({
      status: 'fail',
      output: 'Nothing is listening on the configured address and port.',
      redis: { status: 'down', cause: 'connection-refused', retryAfterMs: 1_200 },
    });
  });

  it('renders one snapshot once', () => {
    let reads = 0;
    const snapshot = { ...snapshotOf(), get attempts() { return ++reads; } }; // prettier-ignore
    renderHealth([resilienceWith(snapshot)]);
    const later = renderHealth([resilienceWith(snapshot)]);
    expect(reads).toBe(1);
    expect(later.body).toContain('"attempts":1');
  });
});

describe('createHealthResponder', () => {
  it('asks for no resilience to say that the process lives', () => {
    const answer = createHealthResponder()('GET', '/livez', () => {
      throw new Error('asked for Redis');
    });
    expect(answer?.status).toBe(200);
  });

  it('answers at the paths it was given', () => {
    const answerTo = createHealthResponder({ critical: true, paths: { ready: '/internal/ready' } });
    expect(answerTo('GET', '/internal/ready', () => [down])?.status).toBe(503);
    expect(answerTo('GET', '/readyz', () => [down])).toBeUndefined();
    expect(answerTo('HEAD', '/health/redis?pretty', () => [up])?.status).toBe(200);
  });

  it('fails each probe for an unknown critical connection, and warns of it once', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const answer = createHealthResponder({ critical: ['sesions'] });
    for (let probe = 0; probe < 3; probe++) {
      expect(() => answer('GET', '/readyz', () => [up])).toThrow('sesions');
    }
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('sesions'), expect.objectContaining({ type: 'RedisResilience' })],
    ]);
    warn.mockRestore();
  });
});
