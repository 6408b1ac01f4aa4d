import { classifyReply, codeOfReply, ErrorReply, isNeedlessPassword } from '@redis-resilience/core/protocol';
import type { Evidence } from '../../evidence/evidence.ts';
import type { NodeEvidence } from '../../evidence/node/node.ts';
import { error, warning, type Finding } from '../../finding.ts';
import { redisCli } from '../redis-cli.ts';
import { onEachNode } from '../rule.ts';
import { command } from '../command.ts';

/** Reports that the server has reached maxclients. */
export const turnedAwayRule = onEachNode((node, evidence) => {
  const { ping } = node;
  if (!(ping instanceof ErrorReply) || classifyReply(ping.message).cause !== 'max-clients') return undefined;
  const serving = evidence.host?.serving;
  return error(
    'max-clients',
    'The server accepts no more connections: it has reached maxclients.',
    { reply: ping.message, openFiles: serving?.openFiles, maxOpenFiles: serving?.maxOpenFiles },
    'On an open connection: CLIENT LIST, then CONFIG SET maxclients, or close the clients that leak connections.',
  );
});

/** Reports that the server refuses the connection or the login: protected mode, or a missing or wrong password. */
export const authRule = onEachNode((node, evidence) => {
  const { ping, login } = node;
  if (ping instanceof ErrorReply && ping.code === 'DENIED') {
    return error(
      'auth',
      'The server is in protected mode: without a password it serves connections from its own host only.',
      { reason: 'protected-mode', reply: 'DENIED' },
      'Set a password (requirepass) or a user on the server, and give it in the URL.',
    );
  }
  if (login?.authError !== undefined) return authErrorFinding(login.authError, node, evidence);
  if (ping instanceof ErrorReply && ping.code === 'NOAUTH') {
    const hint = evidence.target.hasNameOnly
      ? 'Write redis://:PASSWORD@host:port'
      : 'Put user and password into the URL';
    return error(
      'auth',
      'The server requires a password, and none was given.',
      { reason: 'missing', reply: 'NOAUTH' },
      `${hint}, or set the options username and password.`,
    );
  }
  return undefined;
});

/** Reports that the user can log in, but may not run the commands that an application needs. */
export const permissionRule = onEachNode((node) => {
  const { ping, server, part, login } = node;
  if (server === undefined || part === 'sentinel') return undefined;
  const denied = [
    ...(deniesCommand(server.readError) ? ['GET'] : []),
    ...(deniesCommand(server.writeError) ? ['SET'] : []),
  ];
  const user = server.user ?? login?.username ?? 'default';
  const facts = { reason: 'no-permission', user, denied };
  // The user itself may rarely run ACL, so another one has to.
  const next = command`On the server, as an administrator: ACL GETUSER ${user}`;
  if (denied.includes('GET')) {
    return error('auth', 'The user can log in but has no permission for ordinary reads.', facts, next);
  }
  if (denied.includes('SET')) {
    return warning('auth', 'The user has no permission for ordinary writes.', facts, next);
  }
  if (ping instanceof ErrorReply && ping.code === 'NOPERM' && !server.wasProbed) {
    const message = 'The user can log in but has no permission for PING or MULTI.';
    return error('auth', message, { ...facts, denied: ['PING', 'MULTI'] }, next);
  }
  return undefined;
});

function authErrorFinding(message: string, node: NodeEvidence, evidence: Evidence): Finding {
  const { username } = node.login ?? {};
  if (isNeedlessPassword(message)) {
    return warning(
      'auth',
      'A password was given, but the server does not ask for one.',
      { reason: 'not-needed' },
      'Remove the password from the URL, or set requirepass on the server.',
    );
  }
  if (/NOPERM/.test(message)) {
    const next = redisCli(node, evidence, 'ACL WHOAMI');
    return error(
      'auth',
      'The user has no permission to log in.',
      { reason: 'no-permission', user: username },
      next,
    );
  }
  if (/wrong number of arguments|called without/i.test(message)) {
    return error(
      'auth',
      'The server is older than Redis 6 and has no user names.',
      { reason: 'no-users', user: username },
      'Leave the user name out of the URL: redis://:PASSWORD@host:port.',
    );
  }
  const isKnown = /^(WRONGPASS|ERR invalid password)/.test(message);
  return error(
    'auth',
    isKnown
      ? 'The password is wrong, or the user does not exist or is disabled.'
      : 'The server did not accept the credentials.',
    { reason: isKnown ? 'wrong' : 'refused', user: username ?? 'default', reply: codeOfReply(message) },
    command`On the server: ACL GETUSER ${username ?? 'default'}`,
  );
}

function deniesCommand(message: string | undefined): boolean {
  return (
    message !== undefined && message.startsWith('NOPERM') && /permissions? to run|can't run/i.test(message)
  );
}
