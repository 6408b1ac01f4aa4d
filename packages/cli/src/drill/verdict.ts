import type { Figures } from './figures.ts';
import type { Thresholds } from './plans/thresholds.ts';

/**
 * One reason why a run did not pass: the name of the threshold that was exceeded, or `alive` if the run tested nothing,
 * for example because the application ended.
 */
export interface Miss {
  readonly threshold: keyof Thresholds | 'alive';
  readonly message: string;
}

/** Returns the reasons why a run with these figures did not pass; none if the run passed. */
export function missesOf(figures: Figures, thresholds: Thresholds): readonly Miss[] {
  const misses: Miss[] = [];
  const miss = (threshold: Miss['threshold'], isMissed: boolean, message: string): void => {
    if (isMissed) misses.push({ threshold, message });
  };
  const { requests, failed, failedRatio, hangMs, p99Ms, recoveryMs, healthRecoveryMs = 0 } = figures;
  miss('alive', figures.appDied, 'the application ended by itself');
  miss('alive', !figures.usedRedis, 'the application never connected to the Redis that REDIS_URL named');
  miss('alive', requests === 0, 'no request was sent');
  miss(
    'failedRatio',
    failedRatio > thresholds.failedRatio,
    `${failed} of ${requests} requests failed (${percent(failedRatio)}, allowed ${percent(thresholds.failedRatio)})`,
  );
  miss('hangMs', hangMs > thresholds.hangMs, `a request took ${hangMs} ms (allowed ${thresholds.hangMs})`);
  miss('p99Ms', p99Ms > thresholds.p99Ms, `p99 is ${p99Ms} ms (allowed ${thresholds.p99Ms})`);
  miss(
    'recoveryMs',
    figures.neverRecovered || recoveryMs > thresholds.recoveryMs,
    figures.neverRecovered
      ? 'requests had not recovered when the rehearsal ended'
      : `requests recovered ${recoveryMs} ms after Redis was back (allowed ${thresholds.recoveryMs})`,
  );
  miss(
    'recoveryMs',
    healthRecoveryMs > thresholds.recoveryMs,
    `the health endpoint was well ${healthRecoveryMs} ms after Redis was back (allowed ${thresholds.recoveryMs})`,
  );
  miss(
    'probeMs',
    figures.slowestProbeMs > thresholds.probeMs,
    `a liveness or readiness probe took ${figures.slowestProbeMs} ms (allowed ${thresholds.probeMs})`,
  );
  miss(
    'livenessFailures',
    figures.livenessFailures > thresholds.livenessFailures,
    `liveness failed ${figures.livenessFailures} times: an orchestrator would restart the process`,
  );
  const { memoryGrowthMb = 0 } = figures;
  miss(
    'memoryGrowthMb',
    memoryGrowthMb > thresholds.memoryGrowthMb,
    `the process grew by ${memoryGrowthMb} MB (allowed ${thresholds.memoryGrowthMb})`,
  );
  return misses;
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1000) / 10} %`;
}
