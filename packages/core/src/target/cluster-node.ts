import { driverOptionsOf, type ConnectionOptions } from './driver-options.ts';
import { invalid } from '../options/validate-options.ts';
import { parseTarget } from './parse-target.ts';
import { refuseUrl } from './refuse-url.ts';

/**
 * Returns the options of a startup node that is given as a URL, as `host:port` or as the text of a port, with or
 * without whitespace around it, such as after the commas of a list. A node that is given as a number or an object is
 * returned unchanged.
 *
 * @throws ConfigurationError if the node is nothing of these, leads to anything but one server, or selects a database
 *   other than 0
 */
export function clusterNodeOptions<Node>(node: Node): Exclude<Node, string> | ConnectionOptions {
  const isOther = typeof node === 'number' || (typeof node === 'object' && node !== null);
  if (isOther) return node as Exclude<Node, string>;
  if (typeof node !== 'string')
    throw invalid('target.cluster', node, 'a list of hosts with ports, or of URLs');
  const text = node.trim().replace(/^\d{1,5}$/, '127.0.0.1:$&');
  const target = parseTarget(text === '' || text.includes('://') ? text : `redis://${text}`);
  const { kind, options } = driverOptionsOf(target);
  if (target.kind !== 'server' || kind !== 'redis') return refuseUrl('of a node does not lead to one server');
  if (options.db !== 0) return refuseUrl('of a node has a database, but a Cluster has only database 0');
  return options;
}
