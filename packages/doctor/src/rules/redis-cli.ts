import type { Evidence } from '../evidence/evidence.ts';
import type { NodeEvidence } from '../evidence/node/node.ts';

/** A redis-cli command for a node, ready to copy. It asks for the password instead of holding it. */
export function redisCli(node: NodeEvidence, evidence: Evidence, command: string): string {
  const { host, port, path } = node.endpoint;
  const where = path === undefined ? `-h ${host} -p ${port}` : `-s ${path}`;
  const tls = evidence.target.tls === undefined || node.part === 'sentinel' ? '' : ' --tls';
  const { username } = evidence.target.login ?? {};
  const login = evidence.target.login === undefined ? '' : ' --askpass';
  const user = username === undefined ? '' : ` --user ${username}`;
  return `redis-cli ${where}${tls}${user}${login} ${command}`;
}
