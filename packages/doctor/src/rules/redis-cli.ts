import type { Evidence } from '../evidence/evidence.ts';
import type { NodeEvidence } from '../evidence/node/node.ts';
import { command } from './command.ts';

/** Returns a redis-cli command for a node, ready to paste, without the password, for which redis-cli asks. */
export function redisCli(node: NodeEvidence, evidence: Evidence, words: string): string {
  const { host, port, path } = node.endpoint;
  const where = path === undefined ? command`-h ${host} -p ${port}` : command`-s ${path}`;
  const { target } = evidence;
  const isSentinel = node.part === 'sentinel';
  const tls = (isSentinel ? target.sentinelTls : target.tls) === undefined ? '' : ' --tls';
  const login = isSentinel ? target.sentinelLogin : evidence.login;
  const user = login?.username === undefined ? '' : command` --user ${login.username}`;
  const askpass = login === undefined ? '' : ' --askpass';
  return `redis-cli ${where}${tls}${user}${askpass} ${words}`;
}
