import { markProtected, type Cluster } from '../ioredis/clients.ts';
import { ProtectedCluster } from '../cluster/protected-cluster.ts';
import { credentialsHolder, reauthenticate } from '../connection/reauthenticate.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';
import { ConfigurationError } from '../errors.ts';
import { SocketBook } from '../handshake/socket-book.ts';
import type { ClientParts } from '../connection/protected-client.ts';
import { interceptClusterDuplicate } from '../ioredis/duplicates.ts';
import { IoredisCluster } from '../ioredis/cluster/ioredis-cluster.ts';
import { ProtectedClients } from './protected-clients.ts';

/** Protects a cluster client, each of its nodes, and every duplicate that is created later. */
export function attachCluster(cluster: Cluster, parts: ClientParts): ProtectedClients {
  const { settings } = parts;
  const credentials = credentialsHolder(settings);
  const sockets = new SocketBook(settings.clock);
  const mainDriver = new IoredisCluster(cluster);
  const drivers = new Set<ClusterDriver>();
  const protectOne = (one: Cluster, driver: ClusterDriver): ProtectedCluster => {
    const guarded = new ProtectedCluster(driver, credentials, sockets.open, parts);
    markProtected(one);
    drivers.add(driver);
    interceptClusterDuplicate(one, (duplicate) => protectDuplicate(duplicate, new IoredisCluster(duplicate)));
    return guarded;
  };
  const protectDuplicate = (duplicate: Cluster, driver: ClusterDriver): void => {
    const guarded = protectOne(duplicate, driver);
    clients.add(guarded);
    driver.on('end', () => {
      drivers.delete(driver);
      clients.remove(guarded);
    });
  };
  const clients = new ProtectedClients(protectOne(cluster, mainDriver), {
    databases: undefined,
    wake: () => mainDriver.wake(),
    async reauthenticate(given) {
      if (given !== undefined) credentials.source = given;
      const nodes = [...drivers].flatMap((each) => each.nodes());
      await Promise.all(nodes.map((node) => reauthenticate(node, credentials, settings)));
    },
    spare() {
      throw new ConfigurationError(
        'lease() and transaction() need a single server or Sentinel; this is a Cluster.',
      );
    },
    closeSockets: () => sockets.close(),
    release: () => undefined,
  });
  return clients;
}
