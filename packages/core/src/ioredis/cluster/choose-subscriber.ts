import type { Cluster, Redis } from 'ioredis';
import type { Clock, TimerHandle } from '../../clock.ts';
import { clusterInternals, type Subscriber } from './cluster-internals.ts';

const periodMs = 100;

/**
 * Improves how a cluster client chooses the node that carries its subscriptions, and limits how often it chooses.
 *
 * By itself, ioredis chooses at random from all nodes, including the node whose connection was lost. If that node
 * hangs, an attempt to connect to it lasts for seconds. With this function, the previous node, and nodes for which
 * `isAway` returns true, are chosen only if there is no other.
 *
 * ioredis chooses again as soon as connecting to the chosen node has failed. This library refuses a connection
 * immediately if the last attempt to reach the node has just failed. Because of this immediate refusal, a client that
 * can reach no node would choose again and again without leaving the turn of the event loop. With this function, the
 * client chooses at most once per period for each node that it knows.
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

/** Returns a view of the client's pool of nodes that contains only the nodes from which ioredis should choose. */
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
