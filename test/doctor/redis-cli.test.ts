import { expect, it } from 'vitest';
import type { Evidence } from '../../packages/doctor/src/evidence/evidence.ts';
import type { NodeEvidence } from '../../packages/doctor/src/evidence/node/node.ts';
import { redisCli } from '../../packages/doctor/src/rules/redis-cli.ts';

const app = { username: 'app', password: 'secret' };
const watcher = { username: 'watcher', password: 'secret' };

function commandFor(part: NodeEvidence['part'], target: object, login?: object): string {
  const node = { part, endpoint: { host: 'redis-1', port: 7000, path: undefined, family: 0 } };
  return redisCli(node as NodeEvidence, { target, login } as Evidence, 'ROLE');
}

it('a command for a sentinel uses the TLS and the login of the sentinels', () => {
  const target = { tls: undefined, login: app, sentinelTls: {}, sentinelLogin: watcher };
  const sentinel = 'redis-cli -h redis-1 -p 7000 --tls --user watcher --askpass ROLE';
  expect(commandFor('sentinel', target, app)).toBe(sentinel);
  expect(commandFor('primary', target, app)).toBe('redis-cli -h redis-1 -p 7000 --user app --askpass ROLE');
  const open = { tls: {}, login: app, sentinelTls: undefined, sentinelLogin: undefined };
  expect(commandFor('sentinel', open, app)).toBe('redis-cli -h redis-1 -p 7000 ROLE');
});

it('a command asks for the password if a function gave the credentials', () => {
  expect(commandFor('target', {}, app)).toBe('redis-cli -h redis-1 -p 7000 --user app --askpass ROLE');
  expect(commandFor('target', {}, { password: 'secret' })).toContain(' --askpass ');
});
