import { setTimeout as delay } from 'node:timers/promises';
import { percentileOf } from '../../report/statistics.js';
import { durationOf } from '../call-loop.js';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { proxied, steadyCalls } from './setting.js';

const quickMs = 100;

/** Redis works, slowly. */
export const slowness: readonly Row[] = [
  {
    name: 'slow',
    title: 'Slow: 500 ms added for 4 s',
    what: 'Every reply takes half a second longer, for 4 s. Recovered: the first call after those 4 s that is answered within 100 ms.',
    weight: 1,
    timeoutMs: 30_000,
    async run(stage) {
      await using setting = await proxied(stage);
      const { proxy, peer } = setting;
      const loop = await steadyCalls(stage, peer);
      const faultAt = performance.now();
      proxy.latency(250);
      await delay(about(stage, 4_000));
      proxy.latency(0);
      const backAt = performance.now();
      await delay(4_000);
      const calls = await loop.finish();
      const now = performance.now();
      const away = calls.filter(({ issuedAt }) => issuedAt >= faultAt && issuedAt < backAt);
      const durations = away.map((call) => durationOf(call, now));
      const quick = calls.find(
        (call) => call.issuedAt >= backAt && call.error === undefined && durationOf(call, now) < quickMs,
      );
      const recoveredAt = quick?.settledAt;
      const after = calls.filter(({ issuedAt }) => issuedAt > (recoveredAt ?? now));
      return {
        figures: {
          recoveredMs: recoveredAt === undefined ? null : recoveredAt - backAt,
          awayP50Ms: percentileOf(durations, 0.5),
          awayP99Ms: percentileOf(durations, 0.99),
          awayMaxMs: Math.max(...durations),
          answered: away.filter(({ error }) => error === undefined).length,
          failed: away.filter(({ error }) => error !== undefined).length,
          hangs: durations.filter((duration) => duration > 2_000).length,
          unsettled: calls.filter(({ settledAt }) => settledAt === undefined).length,
          errorsAfter: after.filter(({ error }) => error !== undefined).length,
        },
      };
    },
  },
];
