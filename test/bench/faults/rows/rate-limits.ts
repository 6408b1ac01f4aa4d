import { startRedis } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import { observeOutage } from '../outage.js';
import type { Row } from '../row.js';
import { limit, rateLimitStacks } from '../stacks/rate-limit-stacks.js';
import type { WebApp } from '../stacks/web-app.js';
import { killFor } from './setting.js';

const users = ['ada', 'grace', 'edsger', 'barbara', 'donald'];

/** Rows of the fault table about users who exceed their rate limit. */
export const rateLimits: readonly Row<WebApp>[] = [
  {
    name: 'rate-limit',
    title: 'Rate limit in Express: killed for 3 s',
    what: `One request every 10 ms, from 5 users in turn, each of whom is allowed ${limit} a minute. A 429 counts as an answer. kill -9 of the server.`,
    weight: 2,
    timeoutMs: 40_000,
    maxRepetitions: 2,
    stacks: rateLimitStacks,
    async run(stage) {
      await using server = await startRedis();
      const app = stage.connect({ kind: 'single', host: server.host, port: server.port });
      while ((await app.get('/', { 'x-user': 'nobody' })).status !== 200) await delay(20);
      const passes: { readonly who: number; readonly at: number }[] = [];
      const loop = new CallLoop(async (index) => {
        const who = index % users.length;
        const at = performance.now();
        const { status } = await app.get('/', { 'x-user': users[who] ?? '' });
        if (status === 200) passes.push({ who, at });
        else if (status !== 429) throw new Error(`Answered with ${status}`);
      }, 10);
      await delay(1_000 + stage.random() * 300);
      const { faultAt, backAt } = await killFor(stage, server, 3_000);
      const figures = await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 8_000 });
      const overLimit = users.reduce((sum, _, who) => {
        const own = passes.filter((pass) => pass.who === who);
        const before = own.filter(({ at }) => at < faultAt).length;
        const away = own.filter(({ at }) => at >= faultAt && at < backAt).length;
        return sum + Math.max(0, away - Math.max(0, limit - before));
      }, 0);
      return { figures: { ...figures, overLimit } };
    },
  },
];
