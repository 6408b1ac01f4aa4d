import type { Redis } from 'ioredis';
import type { ClusterInternals } from './cluster-internals.ts';

type NodeList = readonly (Redis | undefined)[];

/** The values that a user may set for `scaleReads`. */
type ReadChoice = 'master' | 'slave' | 'all' | ((nodes: NodeList, command: unknown) => unknown);

// The `scaleReads` that the user chose for a client, keyed by the function with which this file has replaced it. A
// duplicate inherits the replacing function together with its original's options, and finds the user's choice in this
// map.
const chosenByUser = new WeakMap<object, ReadChoice>();

/**
 * Routes reads to nodes that are answering, within the user's choice of `scaleReads`. While all of a slot's replicas
 * are unavailable, the slot is read from its primary. By itself, ioredis would send the read to a replica of other
 * slots and follow redirections in a circle.
 *
 * @param isAway whether a node currently cannot serve calls
 * @param random returns a number from 0 to 1
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
