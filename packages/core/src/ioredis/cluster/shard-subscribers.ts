import type { Redis } from 'ioredis';
import { internals } from '../internals.ts';
import type {
  ClusterInternals,
  ShardSubscriber,
  ShardSubscriberGroup,
  SlotOwners,
} from './cluster-internals.ts';

/**
 * The private method with which ioredis finds out whether the slots have changed since it last reset its connections
 * for shard channels.
 */
const comparison = '_slotsAreEqual';

/** The connections that a cluster client makes for shard channels: one per node, if `shardedSubscribers` is set. */
export class ShardSubscribers {
  readonly #target: ClusterInternals;
  readonly #group: ShardSubscriberGroup | undefined;

  constructor(target: ClusterInternals) {
    this.#target = target;
    this.#group = target.shardedSubscribers;
  }

  /** Calls `onMade` with each connection before it is opened, and `onStopped` when it is no longer used. */
  watch(onMade: (node: Redis) => void, onStopped: (node: Redis) => void): void {
    const group = this.#group;
    if (group === undefined) return;
    // Disables the client's own reconnection, because its pauses between attempts keep growing.
    if (group.handleSubscriberConnectFailed !== undefined) group.handleSubscriberConnectFailed = ignore;
    // ioredis' own method is replaced because it converts both tables to JSON for each comparison.
    if (group[comparison] !== undefined)
      group[comparison] = (slots) => isSameTable(group.clusterSlots, slots);
    const subscribers = group.shardedSubscribers;
    const follow = (subscriber: ShardSubscriber): void => watchOne(subscriber, onMade, onStopped);
    for (const subscriber of subscribers.values()) follow(subscriber);
    const set = subscribers.set.bind(subscribers);
    subscribers.set = (address, subscriber) => {
      follow(subscriber);
      return set(address, subscriber);
    };
  }

  /**
   * Returns the channels to which the user has subscribed, whether or not the server has confirmed the subscriptions.
   */
  wanted(): ReadonlySet<string> {
    return new Set([...(this.#group?.channels.values() ?? [])].flat().map(String));
  }

  /** Returns the connections to the present owners of the wanted channels' slots, each with its channels. */
  channelsByOwner(): ReadonlyMap<Redis, readonly string[]> {
    const found = new Map<Redis, string[]>();
    for (const [slot, channels] of this.#group?.channels ?? []) {
      const [address] = this.#target.slots[slot] ?? [];
      const instance = this.#group?.shardedSubscribers.get(address ?? '')?.getInstance() ?? null;
      if (instance === null) continue;
      const own = found.get(instance) ?? [];
      found.set(instance, own);
      own.push(...channels.map(String));
    }
    return found;
  }

  /**
   * Remakes lost connections, and subscribes again to the channels that are not in `standing`, which contains the
   * confirmed subscriptions. ioredis itself subscribes only once after the slots have changed, and a node that does not
   * know of the change yet refuses the subscription.
   */
  renew(standing: ReadonlyMap<string, unknown>): void {
    const group = this.#group;
    if (group === undefined) return;
    group.reset?.(this.#target.slots, this.#target.connectionPool.getNodes()).catch(ignore);
    for (const [slot, channels] of group.channels) {
      const missing = channels.filter((channel) => !standing.has(String(channel)));
      if (missing.length > 0)
        this.#ownerOf(group, slot)
          ?.ssubscribe(...missing)
          .catch(ignore);
    }
  }

  /** Returns the connection for the channels of this slot, if it is established and no subscription is pending. */
  #ownerOf(group: ShardSubscriberGroup, slot: number): Redis | undefined {
    const [address] = group.clusterSlots[slot] ?? [];
    const instance = group.shardedSubscribers.get(address ?? '')?.getInstance();
    if (instance?.status !== 'ready' || internals(instance).commandQueue.length > 0) return undefined;
    return instance;
  }
}

function watchOne(
  subscriber: ShardSubscriber,
  onMade: (node: Redis) => void,
  onStopped: (node: Redis) => void,
): void {
  const stop = subscriber.stop.bind(subscriber);
  const made = (): void => {
    const instance = subscriber.getInstance();
    if (instance === null) return;
    const ssubscribe = instance.ssubscribe.bind(instance) as (...args: unknown[]) => Promise<unknown>;
    // Before version 5.7, ioredis does not handle the promises of its own SSUBSCRIBE commands, so a refusal by the
    // server would end the process.
    const subscribe = (...args: unknown[]): Promise<unknown> => {
      const answer = ssubscribe(...args);
      answer.catch(ignore);
      return answer;
    };
    instance.ssubscribe = subscribe;
    onMade(instance);
  };
  // `stop` is wrapped because it removes the subscriber's listeners, so that the end of the connection would otherwise
  // go unnoticed.
  subscriber.stop = () => {
    const instance = subscriber.getInstance();
    stop();
    if (instance !== null) onStopped(instance);
  };
  const { selectSubscriber, start } = subscriber;
  if (selectSubscriber !== undefined) {
    // Before version 5.7, ioredis creates another client for the subscriptions each time the connection is lost.
    subscriber.selectSubscriber = () => {
      selectSubscriber.call(subscriber);
      made();
    };
  } else if (start !== undefined) {
    // When ioredis resets its connections for shard channels, it waits until the connections that it starts are ready,
    // and begins no other reset before. One node that hangs would thus delay the channels of all other nodes. So that
    // ioredis does not wait, `start` returns a resolved promise; ioredis subscribes later, when a connection is ready.
    subscriber.start = () => {
      start.call(subscriber).catch(ignore);
      return Promise.resolve();
    };
  }
  made();
}

function isSameTable(left: SlotOwners, right: SlotOwners): boolean {
  return left.length === right.length && left.every((own, slot) => isSameList(own, right[slot]));
}

function isSameList(left: readonly string[] | undefined, right: readonly string[] | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.length === right.length && left.every((address, index) => address === right[index]);
}

function ignore(): void {
  // The connection reports its errors, and is remade until its channels are subscribed to again.
}
