import type { Cluster } from 'ioredis';
import type { Clock, TimerHandle } from '../../clock.ts';
import { clusterInternals } from './cluster-internals.ts';

const periodMs = 100;

/**
 * Limits how often a cluster client chooses a node for its subscriptions: in each period, at most once for each node
 * that it knows. ioredis chooses again as soon as connecting to the chosen node has failed. This library refuses a
 * connection immediately if the last attempt to reach the node has just failed. A client that cannot reach any node
 * would therefore keep choosing within one turn of the event loop.
 */
export function paceSubscriber(cluster: Cluster, clock: Clock): void {
  const { subscriber } = clusterInternals(cluster);
  if (subscriber === undefined) return;
  const choose = subscriber.selectSubscriber.bind(subscriber);
  let beganAt = -Infinity;
  let choices = 0;
  let timer: TimerHandle | undefined;
  subscriber.selectSubscriber = () => {
    if (timer !== undefined) return;
    const now = clock.now();
    if (now - beganAt >= periodMs) {
      beganAt = now;
      choices = 0;
    }
    if (choices++ < Math.max(1, cluster.nodes().length)) {
      choose();
      return;
    }
    timer = clock.setTimeout(
      () => {
        timer = undefined;
        if (subscriber.isStarted()) subscriber.selectSubscriber();
      },
      beganAt + periodMs - now,
    );
  };
  cluster.on('end', () => {
    if (timer !== undefined) clock.clearTimeout(timer);
    timer = undefined;
  });
}
