import type { Evidence } from '../evidence/evidence.ts';
import type { NodeEvidence } from '../evidence/node/node.ts';
import { command } from './command.ts';

/** Returns a redis-cli command for a node, ready to paste. It does not contain the password; redis-cli asks for it. */
export function redisCli(node: NodeEvidence, evidence: Evidence, words: string): string {
  const { host, port, path } = node.endpoint;
  const where = path === undefined ? command`-h ${host} -p ${port}` : command`-s ${path}`;
  const tls = evidence.target.tls === undefined || node.part === 'sentinel' ? '' : ' --tls';
  const { username } = evidence.target.login ?? {};
  const login = evidence.target.login === undefined ? '' : ' --askpass';
  const user = username === undefined ? '' : command` --user ${username}`;
  return `redis-cli ${where}${tls}${user}${login} ${words}`;
}
