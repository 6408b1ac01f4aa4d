import { defaultThresholds, figuresOf, missesOf, type Rehearsal, type Sample } from '@redis-resilience/cli';
import { describe, expect, it } from 'vitest';

describe('the figures of a rehearsal', () => {
  it('count from the fault on', () => {
    const samples = [ok(100, 800), ok(1200), refused(1500), failed(1600), ok(3500)];
    expect(figuresOf(rehearsal({ samples }))).toMatchObject({
      requests: 4,
      failed: 1,
      refused: 1,
      hangMs: 10,
    });
  });

  it('measure the recovery to the end of the last request that went wrong', () => {
    const samples = [failed(2950, 20), failed(3100, 40), ok(3200)];
    expect(figuresOf(rehearsal({ samples }))).toMatchObject({ recoveryMs: 140, neverRecovered: false });
  });

  it('say that it never recovered', () => {
    expect(figuresOf(rehearsal({ samples: [ok(1500), failed(5900)] })).neverRecovered).toBe(true);
  });

  it('take the recovery of the health endpoint from the first good look', () => {
    const probes = [look(1100, 'warn'), look(3050, 'warn'), look(3150, 'ok')];
    expect(figuresOf(rehearsal({ probes })).healthRecoveryMs).toBe(150);
  });
});

describe('the verdict', () => {
  it('misses nothing when all is within its threshold', () => {
    expect(missedBy({ samples: [ok(1100), refused(1200), ok(3100)] })).toEqual([]);
  });

  it.each<[string, Partial<Rehearsal>]>([
    ['failedRatio', { samples: [ok(1100), failed(1200)] }],
    ['hangMs', { samples: [ok(1100, 1501), ...Array.from({ length: 200 }, () => ok(1200))] }],
    ['recoveryMs', { samples: [...Array.from({ length: 200 }, () => ok(1200)), refused(5200), ok(5500)] }],
    ['alive', { samples: [] }],
    ['alive', { usedRedis: false }],
    ['alive', { appDied: true }],
    [
      'memoryGrowthMb',
      {
        memory: [
          { atMs: 900, mb: 50 },
          { atMs: 2000, mb: 179 },
        ],
      },
    ],
  ])('misses %s', (threshold, changes) => {
    expect(missedBy(changes)).toContain(threshold);
  });
});

function missedBy(changes: Partial<Rehearsal>): readonly string[] {
  const figures = figuresOf(rehearsal(changes));
  return missesOf(figures, defaultThresholds).map(({ threshold }) => threshold);
}

/** The record of a drill with a fault from second 1 to second 3, and with its end at second 6. */
function rehearsal(changes: Partial<Rehearsal>): Rehearsal {
  return {
    plan: {
      name: 'test',
      description: '',
      fault: 'restart',
      parameters: {},
      warmUpMs: 1000,
      faultMs: 2000,
      watchMs: 3000,
      thresholds: defaultThresholds,
    },
    samples: [ok(1500)],
    probes: [],
    memory: [],
    faultAtMs: 1000,
    backAtMs: 3000,
    endMs: 6000,
    usedRedis: true,
    appDied: false,
    ...changes,
  };
}

function ok(atMs: number, durationMs = 10): Sample {
  return { atMs, durationMs, request: '/', result: 'ok', detail: '200' };
}

function refused(atMs: number): Sample {
  return { atMs, durationMs: 2, request: '/', result: 'refused', detail: '503' };
}

function failed(atMs: number, durationMs = 10): Sample {
  return { atMs, durationMs, request: '/', result: 'failed', detail: '500' };
}

function look(atMs: number, verdict: 'ok' | 'warn'): Rehearsal['probes'][number] {
  return { probe: 'health', atMs, durationMs: 1, verdict };
}
