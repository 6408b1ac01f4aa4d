import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { classifyReply } from '../../../packages/core/src/replies/reply-error.ts';
import { configure, connectTo, start, writingScript } from '../catalogue/provoked-server.ts';
import type { Telnet } from '../catalogue/telnet.ts';

const away = { outcome: 'not-applied', circuit: 'failure' };

describe('a server that is busy with a script', () => {
  it('is recognised, and so is that nothing can be done about it', async () => {
    const server = await start({ config: { 'busy-reply-threshold': 10 } });
    const telnet = connectTo(server);
    expect(classifyReply(await telnet.say('SCRIPT KILL'))).toMatchObject({
      code: 'NOTBUSY',
      circuit: 'success',
    });
    const killed = connectTo(server).say('EVAL "while true do end" 0');
    const message = await waitForError(telnet, 'GET k');
    expect(message).toBe(
      'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    );
    expect(classifyReply(message)).toEqual({ code: 'BUSY', cause: 'busy', scope: 'server', ...away });
    expect(classifyReply(await telnet.say(writingScript), true)).toMatchObject({ cause: 'busy', ...away });
    expect(await telnet.say('SCRIPT KILL')).toBe('OK');
    expect(classifyReply(await killed, true)).toMatchObject({
      code: 'ERR',
      outcome: 'refused',
      circuit: 'success',
    });

    void connectTo(server).say(`EVAL "redis.call('set', 'k', 'v') while true do end" 0`);
    await waitForError(telnet, 'GET k');
    const unkillable = await telnet.say('SCRIPT KILL');
    expect(unkillable).toMatch(/^UNKILLABLE Sorry the script already executed write commands/);
    expect(classifyReply(unkillable)).toMatchObject({
      cause: undefined,
      outcome: 'refused',
      circuit: 'success',
    });
  });

  async function waitForError(telnet: Telnet, call: string): Promise<string> {
    let message = '';
    await waitFor(async () => (message = await telnet.say(call)).startsWith('BUSY'));
    return message;
  }
});

describe('a server that is loading', () => {
  it('is recognised', async () => {
    const server = await start({ loadingMs: 1_000, waitUntil: 'listening' });
    const message = await connectTo(server).say('GET k');
    expect(message).toBe('LOADING Redis is loading the dataset in memory');
    expect(classifyReply(message)).toEqual({ code: 'LOADING', cause: 'loading', scope: 'server', ...away });
  });
});

describe('a server without a connection left', () => {
  it('is recognised before anything is asked', async () => {
    const server = await start();
    await server.command('PING');
    await configure(server, 'maxclients', 1);
    const message = await connectTo(server).hear();
    expect(message).toBe('ERR max number of clients reached');
    expect(classifyReply(message)).toEqual({
      code: 'ERR',
      cause: 'max-clients',
      scope: 'connection',
      ...away,
    });
  });
});

describe('a server that wants credentials', () => {
  it('is recognised when there are none, wrong ones, or too weak ones', async () => {
    const users = [{ name: 'weak', password: 'secret', rules: '+ping' }];
    const server = await start({ password: 'right', users });
    const telnet = connectTo(server);

    const missing = await telnet.say('GET k');
    expect(missing).toBe('NOAUTH Authentication required.');
    expect(classifyReply(missing)).toEqual({ code: 'NOAUTH', cause: 'auth', scope: 'connection', ...away });
    const early = await telnet.say('HELLO 3');
    expect(early).toMatch(/^NOAUTH HELLO must be called with the client already authenticated/);
    expect(classifyReply(early)).toMatchObject({ cause: 'auth', scope: 'connection' });

    const wrong = await telnet.say('AUTH wrong');
    expect(wrong).toBe('WRONGPASS invalid username-password pair or user is disabled.');
    expect(classifyReply(wrong)).toMatchObject({ cause: 'auth', outcome: 'refused', scope: 'connection' });

    await telnet.say('AUTH weak secret');
    const weak = await telnet.say('GET k');
    expect(weak).toMatch(/^NOPERM this user has no permissions to run the 'get' command/);
    expect(classifyReply(weak)).toEqual({
      code: 'NOPERM',
      cause: 'auth',
      outcome: 'refused',
      circuit: 'success',
      scope: 'command',
    });
  });

  it('is told apart from one that wants none', async () => {
    const message = await connectTo(await start()).say('AUTH needless');
    expect(message).toMatch(
      /^ERR AUTH <password> called without any password configured for the default user/,
    );
    expect(classifyReply(message)).toMatchObject({ code: 'ERR', cause: 'auth', scope: 'connection' });
  });
});

describe('a mistake of the caller', () => {
  it.each([
    ['WRONGTYPE', 'INCR list'],
    ['WRONGTYPE', 'GET list'],
    ['ERR', 'BOGUS k'],
    ['ERR', 'GET'],
    ['ERR', 'EXEC'],
    ['ERR', 'SELECT 99'],
    ['NOSCRIPT', 'EVALSHA 0000000000000000000000000000000000000000 0'],
    ['BUSYGROUP', 'XGROUP CREATE s g 0'],
    ['NOGROUP', 'XREADGROUP GROUP none c STREAMS s >'],
    ['BUSYKEY', 'RESTORE list 0 x'],
    ['NOPROTO', 'HELLO 9'],
    ['ERR', 'EVAL "return redis.call(\'bogus\')" 0'],
    ['WRONGTYPE', "EVAL \"return redis.call('get', 'list')\" 0"],
    ['CUSTOM', 'EVAL "return redis.error_reply(\'CUSTOM not today\')" 0'],
  ])('is a success for the circuit: %s for %s', async (code, call) => {
    const telnet = connectTo(await start());
    await telnet.say('RPUSH list a');
    await telnet.say('XGROUP CREATE s g 0 MKSTREAM');
    expect(classifyReply(await telnet.say(call), call.startsWith('EVAL'))).toEqual({
      code,
      cause: undefined,
      outcome: 'refused',
      circuit: 'success',
      scope: 'command',
    });
  });

  it('is left to the answer of its own command within MULTI', async () => {
    const telnet = connectTo(await start());
    await telnet.say('MULTI');
    await telnet.say('BOGUS');
    const message = await telnet.say('EXEC');
    expect(message).toBe('EXECABORT Transaction discarded because of previous errors.');
    expect(classifyReply(message)).toEqual({
      code: 'EXECABORT',
      cause: undefined,
      outcome: 'refused',
      circuit: 'ignored',
      scope: 'command',
    });
  });
});
