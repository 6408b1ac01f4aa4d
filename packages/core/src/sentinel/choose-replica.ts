import type { Random } from '../clock.ts';

/**
 * A replica as a sentinel describes it, with the field `ip`, the field `port` and other fields, all of which are
 * strings.
 */
export type Replica = Readonly<Record<string, string>>;

/**
 * The ioredis option `preferredSlaves`: replicas to prefer, lowest `prio` (default 1) first, or a function that
 * chooses.
 */
export type PreferredReplicas =
  readonly PreferredReplica[] | PreferredReplica | ((available: Replica[]) => Replica | null);

interface PreferredReplica {
  readonly ip: string;
  readonly port: string | number;
  readonly prio?: number;
}

/**
 * Chooses the replica to connect to: a preferred replica or, if none is available, a random one. `tried` is the replica
 * that was chosen a moment ago and evidently did not work. Even if `tried` is a preferred replica, it is chosen only if
 * there is no other, because sentinels take seconds to notice that a replica is dead.
 */
export function chooseReplica(
  replicas: readonly Replica[],
  preferred: PreferredReplicas | null | undefined,
  tried: Replica | undefined,
  random: Random,
): Replica | undefined {
  const healthy = replicas.filter(({ flags = '' }) => !/down|disconnected/.test(flags));
  const others = healthy.filter(({ ip, port }) => ip !== tried?.['ip'] || port !== tried?.['port']);
  const available = others.length > 0 ? others : healthy;
  if (typeof preferred === 'function') {
    const chosen = preferred([...available]);
    if (chosen !== null) return chosen;
  } else {
    const chosen = inOrder(preferred).flatMap(({ ip, port }) =>
      available.filter((replica) => replica['ip'] === ip && replica['port'] === String(port)),
    )[0];
    if (chosen !== undefined) return chosen;
  }
  return available[Math.floor(random() * available.length)];
}

function inOrder(preferred: readonly PreferredReplica[] | PreferredReplica | null | undefined) {
  const all = [preferred ?? []].flat<(readonly PreferredReplica[] | PreferredReplica)[]>();
  return all.toSorted((one, other) => (one.prio ?? 1) - (other.prio ?? 1));
}
