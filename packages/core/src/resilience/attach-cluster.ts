import { markProtected, type Cluster, type Redis } from '../ioredis/clients.ts';
import { ProtectedCluster } from '../cluster/protected-cluster.ts';
import type { GateParts } from '../command/line.ts';
import { credentialsHolder, reauthenticate } from '../connection/reauthenticate.ts';
import { nodeTarget } from '../cluster/nodes/node-target.ts';
import { dialerKey } from '../connection/target-of.ts';
import { acquireDialer, type DialerLease } from '../dialing/dialers.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';
import { SocketBook } from '../handshake/socket-book.ts';
import type { ClientParts } from '../connection/protected-client.ts';
import { clientOfNode, keyPrefixOf } from '../ioredis/cluster/client-of-node.ts';
import { interceptClusterDuplicate, interceptDuplicate, setLazy } from '../ioredis/methods/duplicates.ts';
import { IoredisCluster } from '../ioredis/cluster/ioredis-cluster.ts';
import { RedisDriver } from '../ioredis/redis-driver.ts';
import { ClusterPlaces } from '../lease/cluster-places.ts';
import type { Settings } from '../options/settings.ts';
import type { Route } from '../routes/route.ts';
import { unsharedParts } from './gate-parts.ts';
import { ProtectedClients } from './protected-clients.ts';
import { ProtectedRedis } from './protected-redis.ts';

/** Protects a cluster client, each of its nodes, and every duplicate that is created later. */
export function attachCluster(cluster: Cluster, parts: ClientParts): ProtectedClients {
  const { settings } = parts;
  const unshared = unsharedParts(parts.gateParts);
  const closed = new AbortController();
  const credentials = credentialsHolder(settings, closed);
  const sockets = new SocketBook(settings.clock);
  const mainDriver = new IoredisCluster(cluster);
  const drivers = new Set<ClusterDriver>();
  const protectOne = (one: Cluster, driver: ClusterDriver, own: ClientParts): ProtectedCluster => {
    const guarded = new ProtectedCluster(driver, credentials, sockets.open, own);
    markProtected(one);
    drivers.add(driver);
    // A client is removed when it is closed, so it is added again if the application reconnects it.
    driver.on('connecting', () => {
      drivers.add(driver);
      clients.add(guarded);
    });
    interceptClusterDuplicate(one, (duplicate) => protectDuplicate(duplicate, new IoredisCluster(duplicate)));
    return guarded;
  };
  const protectDuplicate = (duplicate: Cluster, driver: ClusterDriver): void => {
    const guarded = protectOne(duplicate, driver, { ...parts, gateParts: unshared });
    clients.add(guarded);
    driver.on('end', () => {
      drivers.delete(driver);
      clients.remove(guarded);
    });
  };
  const main = protectOne(cluster, mainDriver, parts);
  const dialers = new Map<string, DialerLease>();
  const leased = new Set<RedisDriver>();
  const protectNode = (client: Redis, slot: number, isAwaited?: () => boolean): ProtectedRedis => {
    const driver = new RedisDriver(client);
    const key = dialerKey(driver);
    const dialer = dialers.get(key) ?? acquireDialer(key, paceOf(settings));
    dialers.set(key, dialer);
    const route: Route = {
      database: undefined,
      destination: driver,
      target: nodeTarget(driver, { settings, credentials, open: sockets.open }),
      dialer: dialer.dialer,
      expectsPrimary: false,
      isReadOnly: false,
      isLeased: true,
    };
    const ownCircuits = main.topology.circuitsOf(slot);
    const guarded = new ProtectedRedis(driver, () => route, {
      ...parts,
      gateParts: once(unshared),
      ownCircuits,
      isAwaited,
    });
    markProtected(client);
    interceptDuplicate(client, (duplicate) => void protectNode(duplicate, slot));
    leased.add(driver);
    clients.add(guarded);
    driver.on('end', () => {
      leased.delete(driver);
      clients.remove(guarded);
    });
    return guarded;
  };
  const clients = new ProtectedClients(main, {
    databases: undefined,
    wake: () => mainDriver.wake(),
    async reauthenticate(given) {
      if (given !== undefined) credentials.source = given;
      const nodes = [...drivers].flatMap((each) => each.nodes());
      await Promise.all([...nodes, ...leased].map((node) => reauthenticate(node, credentials, settings)));
    },
    places: () =>
      new ClusterPlaces({
        main,
        now: () => settings.clock.now(),
        keyPrefix: keyPrefixOf(cluster),
        ownerOf: (slot) => mainDriver.addressesOf(slot)[0],
        connectTo(address, slot, isAwaited) {
          const client = clientOfNode(cluster, address);
          const guarded = protectNode(client, slot, isAwaited);
          setLazy(client, false);
          return { client, guarded, database: () => 0 };
        },
      }),
    closeSockets: () => sockets.close(),
    release: () => {
      closed.abort();
      for (const lease of dialers.values()) lease.release();
    },
  });
  return clients;
}

/**
 * Returns a copy of `gateParts` with retries turned off. A leased connection leads to only one node, so a command that
 * this node does not serve would be refused again.
 */
function once(gateParts: GateParts): GateParts {
  const { settings } = gateParts;
  return { ...gateParts, settings: { ...settings, retry: { ...settings.retry, maxRetries: 0 } } };
}

function paceOf({ clock, random, connection }: Settings): Parameters<typeof acquireDialer>[1] {
  const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs } = connection;
  return { clock, random, minPeriodMs, maxPeriodMs, handshakeTimeoutMs };
}
