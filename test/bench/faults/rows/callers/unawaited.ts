import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../../row.js';
import { direct, killFor } from '../setting.js';

/** Rows of the fault table about commands whose promises the application ignores. */
export const unawaited: readonly Row[] = [
  {
    name: 'unawaited',
    title: 'Commands that are not awaited: killed for 1.5 s',
    what: 'A SET and a PUBLISH every 20 ms, whose promises are ignored, as by `io.emit()`; kill -9 of the server.',
    weight: 1,
    timeoutMs: 25_000,
    async run(stage) {
      await using setting = await direct(stage);
      const { server, peer } = setting;
      const timer = setInterval(() => {
        void peer.call('set', 'greeting', 'hello');
        void peer.call('publish', 'news', 'something');
      }, 20);
      await delay(500 + stage.random() * 300);
      await killFor(stage, server, 1_500);
      await delay(1_500);
      clearInterval(timer);
      // After two seconds, the last of the commands has settled.
      await delay(2_000);
      return { figures: {} };
    },
  },
];
