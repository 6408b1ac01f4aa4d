import { driverOptionsOf, type ConnectionOptions } from './driver-options.ts';
import { parseTarget } from './parse-target.ts';
import { refuseUrl } from './refuse-url.ts';

/**
 * Returns the options of a startup node that is given as a URL or as `host:port`. A node that is given as a number or
 * an object is returned unchanged.
 *
 * @throws ConfigurationError if the URL leads to anything but one server, or selects a database other than 0
 */
export function clusterNodeOptions<Node>(node: Node): Exclude<Node, string> | ConnectionOptions {
  if (typeof node !== 'string') return node as Exclude<Node, string>;
  const target = parseTarget(node === '' || node.includes('://') ? node : `redis://${node}`);
  const { kind, options } = driverOptionsOf(target);
  if (target.kind !== 'server' || kind !== 'redis') return refuseUrl('of a node does not lead to one server');
  if (options.db !== 0) return refuseUrl('of a node has a database, but a Cluster has only database 0');
  return options;
}
