import { startRedis } from '@redis-resilience/testing';
import type { Laboratory } from '../laboratory.ts';

const rules = {
  app: '~app:* &* +@read +@write +@connection +@transaction -@dangerous',
  pinger: '~* -@all +ping',
  writer: '~* -@all +@connection +@transaction +@write -get',
  reader: '~* -@all +@connection +@transaction +@read +info',
  nothing: '~* -@all',
  noauth: '~* +@all',
  grounded: '~* +@all -select',
};

/** Wrong passwords, unknown users and missing permissions. */
export async function logins(laboratory: Laboratory): Promise<void> {
  const users = Object.entries(rules).map(([name, rule]) => ({ name, password: 'pw-secret', rules: rule }));
  await using server = await startRedis({ password: 'pw-default', users });
  const at = (login: string): string => `redis://${login}@${server.host}:${server.port}`;
  const { check } = bound(laboratory);
  await check('healthy, with a password', { code: 'healthy' }, server.url);
  await check('healthy, as a user of the ACL', { code: 'healthy' }, at('noauth:pw-secret'));
  await check('healthy, as a user who may ask little', { code: 'healthy' }, at('app:pw-secret'));
  await check('no password given', { code: 'auth', words: /none was given/ }, at('').replace('@', ''));
  await check(
    'a name in the place of the password',
    { code: 'auth', words: /none was given/ },
    at('pw-default'),
  );
  await check('the password is wrong', { code: 'auth', words: /wrong/ }, at(':other'));
  await check('the user does not exist', { code: 'auth', words: /does not exist/ }, at('ghost:pw-secret'));
  await server.command('ACL', 'SETUSER', 'noauth', 'off');
  await check('the user is disabled', { code: 'auth', words: /disabled/ }, at('noauth:pw-secret'));
  await check('the user may do nothing', { code: 'auth', words: /permission/ }, at('nothing:pw-secret'));
  await check('the user may only PING', { code: 'auth', words: /permission/ }, at('pinger:pw-secret'));
  await check('the user may not read', { code: 'auth', words: /reads/ }, at('writer:pw-secret'));
  await check(
    'the user may not write',
    { code: 'auth', severity: 'warning', words: /writes/ },
    at('reader:pw-secret'),
  );
  await using open = await startRedis();
  await check(
    'a password nobody asks for',
    { code: 'auth', severity: 'warning', words: /does not ask/ },
    `redis://:secret@${open.host}:${open.port}`,
  );
  await check(
    'a database that does not exist',
    { code: 'database', words: /does not exist/ },
    `${open.url}/99`,
  );
  await check(
    'a database that the user may not select',
    { code: 'database', words: /may not/ },
    `${at('grounded:pw-secret')}/3`,
  );
  await check('healthy, in another database', { code: 'healthy' }, `${open.url}/3`);
  await check('healthy', { code: 'healthy' }, open.url);
  await check('healthy, by the name localhost', { code: 'healthy' }, `redis://localhost:${open.port}`);
}

function bound(laboratory: Laboratory): Pick<Laboratory, 'check'> {
  return { check: laboratory.check.bind(laboratory) };
}
