import { startRedis } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import { observeOutage } from '../outage.js';
import type { Row } from '../row.js';
import { sessionStacks } from '../stacks/session-stacks.js';
import type { WebApp } from '../stacks/web-app.js';
import { killFor } from './setting.js';

const users = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'radia', 'ken', 'frances'];

/** Rows of the fault table about an Express application with sessions in Redis, over real HTTP. */
export const logins: readonly Row<WebApp>[] = [
  signedIn('sessions', 'Sessions in Express: killed for 3 s, comes back empty', false),
  {
    ...signedIn('sessions-kept', 'Sessions in Express: killed for 3 s, comes back with its data', true),
    isLong: true,
  },
];

function signedIn(name: string, title: string, keep: boolean): Row<WebApp> {
  return {
    name,
    title,
    what: `8 users sign in, and then send one request every 10 ms, in turn; kill -9 of the server, which ${keep ? 'writes an append-only file' : 'has no persistence'}. Recovered: the first request that gets a response.`,
    weight: 2,
    timeoutMs: 40_000,
    maxRepetitions: 2,
    stacks: sessionStacks,
    async run(stage) {
      await using server = await startRedis({ keep });
      const app = stage.connect({ kind: 'single', host: server.host, port: server.port });
      const cookies = await Promise.all(users.map((user) => signIn(app, user)));
      let loginsLost = 0;
      const loop = new CallLoop(async (index) => {
        const who = index % users.length;
        const { status, body } = await app.get('/me', { cookie: cookies[who] ?? '' });
        if (status !== 200) throw new Error(`Answered with ${status}`);
        if (body !== users[who]) loginsLost++;
      }, 10);
      await delay(1_000 + stage.random() * 300);
      const outage = await killFor(stage, server, 3_000);
      const figures = await observeOutage(loop, outage, { recoveryMs: 8_000 });
      return { figures: { ...figures, loginsLost } };
    },
  };
}

async function signIn(app: WebApp, user: string): Promise<string> {
  for (let tries = 1; ; tries++) {
    const { cookie } = await app.get(`/in?user=${user}`);
    // express-session sends a cookie even for a session that it could not store.
    if (cookie !== undefined && (await app.get('/me', { cookie })).body === user) return cookie;
    // A client without an offline queue rejects commands until it is connected.
    if (tries === 100) throw new Error('Nobody can sign in');
    await delay(20);
  }
}
