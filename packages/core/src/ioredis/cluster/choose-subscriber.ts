import type { Cluster, Redis } from 'ioredis';
import type { Clock, TimerHandle } from '../../clock.ts';
import { clusterInternals, type Subscriber } from './cluster-internals.ts';

const periodMs = 100;

/**
 * Has a cluster client choose well which node carries its subscriptions, and not too often.
 *
 * ioredis chooses at random from all nodes, also the one whose connection it replaces. An attempt to connect to a node
 * that hangs lasts for seconds, so a node for which `isAway` returns true, and the previous one, are chosen only if
 * there is no other.
 *
 * ioredis chooses again as soon as connecting to the chosen node has failed. This library refuses a connection
 * immediately if the last attempt to reach the node has just failed. A client that cannot reach any node would therefore
 * keep choosing within one turn of the event loop. Here, it chooses at most once per period for each node that it knows.
 *
 * @param onChosen is called with each connection that the client makes for its subscriptions, before it is opened
 */
export function chooseSubscriber(
  cluster: Cluster,
  onChosen: (node: Redis) => void,
  isAway: (node: Redis) => boolean,
  clock: Clock,
): void {
  const { subscriber } = clusterInternals(cluster);
  if (subscriber === undefined) return;
  subscriber.connectionPool = amongAnswering(subscriber, isAway);
  const select = subscriber.selectSubscriber.bind(subscriber);
  const choose = (): void => {
    select();
    const chosen = subscriber.getInstance();
    if (chosen !== null) onChosen(chosen);
  };
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

/** Returns the pool of the client's nodes, as the choice is to see it. */
function amongAnswering(
  subscriber: Subscriber,
  isAway: (node: Redis) => boolean,
): Subscriber['connectionPool'] {
  const pool = subscriber.connectionPool;
  const getNodes = (): Redis[] => {
    const nodes = pool.getNodes();
    const previous = subscriber.getInstance()?.options;
    const isPrevious = ({ options }: Redis): boolean =>
      options.host === previous?.host && options.port === previous?.port;
    const others = nodes.filter((node) => !isPrevious(node) && !isAway(node));
    return others.length > 0 ? others : nodes;
  };
  return Object.create(pool, { getNodes: { value: getNodes } }) as Subscriber['connectionPool'];
}
