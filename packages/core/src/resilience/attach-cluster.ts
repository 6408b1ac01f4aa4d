import { markProtected, type Cluster } from '../ioredis/clients.ts';
import { ProtectedCluster } from '../cluster/protected-cluster.ts';
import { credentialsHolder, reauthenticate } from '../connection/reauthenticate.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';
import { SocketBook } from '../handshake/socket-book.ts';
import type { Engine } from './engine.ts';
import { interceptClusterDuplicate } from '../ioredis/duplicates.ts';
import { IoredisCluster } from '../ioredis/ioredis-cluster.ts';
import { ProtectedClients } from './protected-clients.ts';

/** Protects a cluster client, each of its nodes, and every duplicate that is ever made of it. */
export function attachCluster(cluster: Cluster, engine: Engine): ProtectedClients {
  const { settings } = engine;
  const credentials = credentialsHolder(settings);
  const sockets = new SocketBook(settings.clock);
  const main = new IoredisCluster(cluster);
  const drivers = new Set<ClusterDriver>();
  const members = new ProtectedClients({
    wake: () => main.wake(),
    async reauthenticate(given) {
      if (given !== undefined) credentials.source = given;
      const nodes = [...drivers].flatMap((each) => each.nodes());
      await Promise.all(nodes.map((node) => reauthenticate(node, credentials, settings)));
    },
    closeSockets: () => sockets.close(),
    release: () => undefined,
  });
  const protectOne = (one: Cluster, driver: ClusterDriver): void => {
    const member = new ProtectedCluster(driver, credentials, sockets.open, engine);
    markProtected(one);
    drivers.add(driver);
    members.add(member);
    interceptClusterDuplicate(one, (duplicate) => protectOne(duplicate, new IoredisCluster(duplicate)));
    driver.on('end', () => {
      if (driver !== main) drivers.delete(driver);
      members.remove(member);
    });
  };
  protectOne(cluster, main);
  return members;
}
