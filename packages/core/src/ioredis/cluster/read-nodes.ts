import type { Redis } from 'ioredis';
import type { ClusterInternals } from './cluster-internals.ts';

type NodeList = readonly (Redis | undefined)[];

/** What a user may give as `scaleReads`. */
type ReadChoice = 'master' | 'slave' | 'all' | ((nodes: NodeList, command: unknown) => unknown);

// A duplicate takes over the options of its original, ours among them.
const chosenByUser = new WeakMap<object, ReadChoice>();

/**
 * Has reads go to nodes that answer, within what the user chose as `scaleReads`: while all replicas of a slot are away,
 * its primary is read. By itself, the client sends such a read to a replica of other slots, and follows its redirections
 * in a circle.
 *
 * @param isAway whether a node takes no calls for now
 * @param random from 0 to 1
 */
export function readFromAnswering(
  target: Pick<ClusterInternals, 'options'>,
  isAway: (node: Redis) => boolean,
  random: () => number,
): void {
  const given = target.options['scaleReads'] as ReadChoice;
  const choice = typeof given === 'function' ? (chosenByUser.get(given) ?? given) : given;
  if (choice === 'master') return;
  const choose = (nodes: NodeList, command: unknown): Redis | undefined => {
    const isUsable = (node: unknown): node is Redis => node !== undefined && !isAway(node as Redis);
    const pick = (some: readonly Redis[]): Redis | undefined => some[Math.floor(random() * some.length)];
    if (typeof choice === 'function') {
      const chosen = choice(nodes, command);
      const own = (Array.isArray(chosen) ? chosen : [chosen]) as NodeList;
      return pick(own.filter(isUsable)) ?? nodes.find(isUsable) ?? nodes[0];
    }
    const replicas = pick(nodes.slice(choice === 'slave' ? 1 : 0).filter(isUsable));
    return replicas ?? nodes.find(isUsable) ?? nodes[0];
  };
  chosenByUser.set(choose, choice);
  target.options['scaleReads'] = choose;
}
