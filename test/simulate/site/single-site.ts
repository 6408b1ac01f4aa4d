import { SimulatedServer, type ServerParts } from '../server/simulated-server.ts';
import { isServing, type Site } from './site.ts';

/** One server. */
export function singleSite(parts: ServerParts): Site {
  const server = new SimulatedServer(parts, '10.0.0.1:6379');
  return {
    servers: [server],
    databases: [],
    target: 'redis://10.0.0.1:6379',
    serverFor: () => server,
    serving: () => server,
    get isAway() {
      return !server.isRunning || server.isFrozen;
    },
    get isWhole() {
      return isServing(server);
    },
  };
}
