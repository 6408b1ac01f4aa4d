import { SimulatedServer, type ServerParts } from '../server/simulated-server.ts';
import { isServing, type Site } from './site.ts';

/** Faults meet the preferred database more often than the other one. */
const shareOfFirst = 0.7;

/** Two databases that share nothing. */
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
