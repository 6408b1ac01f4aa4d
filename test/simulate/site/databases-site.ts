import { SimulatedServer, type ServerParts } from '../server/simulated-server.ts';
import { isServing, type Site } from './site.ts';

/** Probability that a fault happens to the preferred database. */
const shareOfFirst = 0.7;

/** Two databases on separate servers. */
export function databasesSite(parts: ServerParts): Site {
  const first = new SimulatedServer(parts, '10.0.0.1:6379');
  const second = new SimulatedServer(parts, '10.0.0.2:6379');
  const servers = [first, second];
  return {
    servers,
    databases: ['first', 'second'],
    target: {
      databases: [
        { name: 'first', target: 'redis://10.0.0.1:6379' },
        { name: 'second', target: 'redis://10.0.0.2:6379' },
      ],
    },
    serverFor: (amount) => ((amount * 100) % 1 < shareOfFirst ? first : second),
    serving: (database) => (database === 'second' ? second : first),
    get isAway() {
      return servers.every((server) => !server.isRunning || server.isFrozen);
    },
    get isWhole() {
      return servers.every(isServing);
    },
  };
}
