import { describe, expect, it } from 'vitest';
import { newsOf, outcomeOf } from '../../packages/cli/src/drill/outcome.ts';
import { defaultThresholds } from '../../packages/cli/src/drill/plans/thresholds.ts';
import type { Rehearsal } from '../../packages/cli/src/drill/rehearsal.ts';
import { drillJson } from '../../packages/cli/src/drill/report/json.ts';
import { renderDrillMarkdown } from '../../packages/cli/src/drill/report/markdown.ts';
import { problemIn } from '../../packages/cli/src/drill/traffic/problem.ts';
import type { Sample } from '../../packages/cli/src/drill/traffic/traffic.ts';
import { describeTrouble, troublesOf } from '../../packages/cli/src/drill/trouble.ts';

describe('the code of a problem', () => {
  it.each([
    ['{"code":"OUTCOME_UNKNOWN","outcome":"unknown"}', { code: 'OUTCOME_UNKNOWN', isOutcomeUnknown: true }],
    [
      '{"code":"COMMAND_TIMEOUT","outcome":"not-applied"}',
      { code: 'COMMAND_TIMEOUT', isOutcomeUnknown: false },
    ],
    ['{"code":"<script>"}', undefined],
    ['null', undefined],
    ['<html>', undefined],
  ])('is read from %s', (body, problem) => {
    expect(problemIn(body)).toEqual(problem);
  });
});

describe('what went wrong in a rehearsal', () => {
  const samples = [
    sample('POST /orders', 'unknown', '503 OUTCOME_UNKNOWN'),
    sample('POST /orders', 'unknown', '503 OUTCOME_UNKNOWN'),
    sample('/cart', 'failed', '500'),
    sample('/cart', 'refused', '503 REDIS_UNAVAILABLE'),
    { ...sample('/early', 'failed', '500'), atMs: 100 },
  ];

  it('names request, code and count, failures first, and nothing from before the fault', () => {
    expect(troublesOf({ samples, faultAtMs: 1000 }).map(describeTrouble)).toEqual([
      '/cart: 1 failed (500). Answer it from a fallback, or with 503 and Retry-After, as redisErrors() does.',
      expect.stringMatching(
        /^POST \/orders: 2 with an unknown outcome \(503 OUTCOME_UNKNOWN\)\. .*idempotency key, or write with applyOnce/,
      ),
    ]);
  });

  it('is no failure where only the outcome is unknown', () => {
    const outcome = outcomeOf(rehearsal('freeze', samples.slice(0, 2)));
    expect(outcome.figures).toMatchObject({ requests: 2, failed: 0, unknown: 2 });
    expect(outcome.misses).toEqual([]);
    expect(newsOf({ outcomes: [outcome] })).toBe(
      'The plan kept its thresholds. 2 requests had an unknown outcome: they may have been carried out.',
    );
    expect(newsOf({ outcomes: [outcomeOf(rehearsal('freeze', samples.slice(0, 1)))] })).toBe(
      'The plan kept its thresholds. 1 request had an unknown outcome: it may have been carried out.',
    );
  });

  it('stands first in the reports', () => {
    const outcomes = [rehearsal('restart', []), rehearsal('freeze', samples)].map((each, index) => ({
      ...outcomeOf(each),
      misses: index === 0 ? [] : [{ threshold: 'failedRatio' as const, message: 'too many' }],
    }));
    const drill = {
      command: 'node server.js',
      requests: ['/cart'],
      seed: 1,
      rate: 50,
      startedAt: new Date(0),
      node: 'v20',
      outcomes,
    };
    const news = '1 of 2 plans missed a threshold: freeze.';
    expect(drillJson(drill)).toMatchObject({
      news: expect.stringContaining(news) as string,
      plans: [{ name: 'freeze' }, { name: 'restart' }],
    });
    const report = renderDrillMarkdown(drill);
    expect(report).toContain(`**Failed**: ${news}`);
    expect(report.indexOf('## freeze')).toBeLessThan(report.indexOf('## restart'));
  });
});

function sample(request: string, result: Sample['result'], detail: string): Sample {
  return { atMs: 1500, durationMs: 5, request, result, detail };
}

function rehearsal(name: string, samples: readonly Sample[]): Rehearsal {
  return {
    plan: {
      name,
      description: '',
      fault: 'freeze',
      parameters: {},
      warmUpMs: 1000,
      faultMs: 1000,
      watchMs: 1000,
      thresholds: defaultThresholds,
    },
    samples,
    probes: [],
    memory: [],
    faultAtMs: 1000,
    backAtMs: 2000,
    endMs: 3000,
    usedRedis: true,
    appDied: false,
  };
}
