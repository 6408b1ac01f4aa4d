import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis, waitFor, type RedisServer, type StartRedisOptions } from '@redis-resilience/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { classifyReply } from '../../../packages/core/src/command/reply-error.ts';
import { Telnet } from './telnet.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(options: StartRedisOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  cleanups.push(() => server.stop());
  return server;
}

function connectTo(server: RedisServer): Telnet {
  const telnet = new Telnet(server);
  cleanups.push(() => telnet[Symbol.dispose]());
  return telnet;
}

async function configure(server: RedisServer, ...settings: (string | number)[]): Promise<void> {
  await server.command('CONFIG', 'SET', ...settings);
}

async function fillMemory(server: RedisServer): Promise<void> {
  await configure(server, 'maxmemory', 1);
}

/** No primary listens there: it stays a replica whose link is down. */
async function demote(server: RedisServer): Promise<void> {
  await server.command('REPLICAOF', '127.0.0.1', 1);
}

async function breakPersistence(server: RedisServer): Promise<void> {
  await mkdir(join(server.dir, 'blocked.rdb'));
  await configure(server, 'save', '3600 1', 'stop-writes-on-bgsave-error', 'yes');
  await server.command('BGSAVE');
  await waitFor(async () => (await server.info('persistence'))['rdb_last_bgsave_status'] === 'err');
}

const writingScript = `EVAL "redis.call('set', 'k', 'v')" 0`;
const catchingScript = `EVAL "redis.call('set', 'a', 1) return redis.pcall('set', 'k', 'v')" 0`;
const flaggedScript = String.raw`EVAL "#!lua\nredis.call('set', 'k', 'v')" 0`;

const away = { outcome: 'not-applied', circuit: 'failure' };

describe('a server that is out of memory', () => {
  it('is recognised by a plain write, which was not applied, and takes reads and deletes', async () => {
    const server = await start();
    const telnet = connectTo(server);
    await telnet.say('SET old v');
    await fillMemory(server);

    const message = await telnet.say('SET k v');

    expect(message).toBe("OOM command not allowed when used memory > 'maxmemory'.");
    expect(classifyReply(message)).toEqual({
      code: 'OOM',
      cause: 'out-of-memory',
      scope: 'write-lane',
      ...away,
    });
    expect(await telnet.say('EXISTS old')).toBe('1');
    expect(await telnet.say('DEL old')).toBe('1');
  });

  it('is recognised inside a script, which may have deleted something', async () => {
    const server = await start();
    const telnet = connectTo(server);
    await telnet.say('SET old v');
    await fillMemory(server);

    const raised = await telnet.say(writingScript);
    expect(raised).toMatch(
      /^OOM command not allowed when used memory > 'maxmemory'\. script: \w+, on @user_script:1\.$/,
    );
    expect(classifyReply(raised)).toMatchObject({ code: 'OOM', cause: 'out-of-memory', outcome: 'refused' });
    expect(classifyReply(raised, true)).toMatchObject({
      outcome: 'refused',
      circuit: 'failure',
      scope: 'write-lane',
    });

    const caught = await telnet.say(
      `EVAL "local full = redis.pcall('set', 'k', 'v') redis.call('del', 'old') return full" 0`,
    );
    expect(caught).toBe("OOM command not allowed when used memory > 'maxmemory'.");
    expect(await telnet.say('EXISTS old')).toBe('0');
    expect(classifyReply(caught, true)).toMatchObject({ cause: 'out-of-memory', outcome: 'refused' });
  });

  it('is taken for a caught error when a script with flags did not even begin: nobody can tell', async () => {
    const server = await start();
    await fillMemory(server);
    const message = await connectTo(server).say(flaggedScript);
    expect(message).toBe("OOM command not allowed when used memory > 'maxmemory'.");
    expect(classifyReply(message, true)).toMatchObject({ cause: 'out-of-memory', outcome: 'refused' });
  });

  it('is recognised by EXEC, which ran nothing', async () => {
    const server = await start();
    const telnet = connectTo(server);
    await telnet.say('MULTI');
    await telnet.say('SET k v');
    await fillMemory(server);
    const message = await telnet.say('EXEC');
    expect(message).toBe(
      "EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.",
    );
    expect(classifyReply(message)).toEqual({
      code: 'EXECABORT',
      cause: 'out-of-memory',
      scope: 'write-lane',
      ...away,
    });
    expect(await telnet.say('EXISTS k')).toBe('0');
  });
});

describe('a primary that was demoted', () => {
  it('is recognised by a plain write and by EXEC', async () => {
    const server = await start();
    const telnet = connectTo(server);
    await telnet.say('MULTI');
    await telnet.say('SET k v');
    await demote(server);
    const aborted = await telnet.say('EXEC');
    expect(aborted).toBe(
      "EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica.",
    );
    expect(classifyReply(aborted)).toMatchObject({ code: 'EXECABORT', cause: 'read-only', ...away });

    const message = await telnet.say('SET k v');
    expect(message).toBe("READONLY You can't write against a read only replica.");
    expect(classifyReply(message)).toEqual({
      code: 'READONLY',
      cause: 'read-only',
      scope: 'write-lane',
      ...away,
    });
  });

  it('refuses each write of a script, so that it wrote nothing', async () => {
    const server = await start();
    await demote(server);
    const telnet = connectTo(server);
    const raised = await telnet.say(writingScript);
    expect(raised).toMatch(
      /^READONLY You can't write against a read only replica\. script: \w+, on @user_script:1\.$/,
    );
    expect(classifyReply(raised, true)).toMatchObject({ cause: 'read-only', ...away });
    expect(await telnet.say(catchingScript)).toMatch(/^READONLY .* script: /);
    expect(await telnet.say('DBSIZE')).toBe('0');

    const flagged = await telnet.say(flaggedScript);
    expect(flagged).toBe("READONLY You can't write against a read only replica.");
    expect(classifyReply(flagged, true)).toMatchObject({ cause: 'read-only', ...away });
  });

  it.each(['BLPOP q 0', 'BLMOVE q r LEFT RIGHT 0', 'XREADGROUP GROUP g c BLOCK 0 STREAMS s >'])(
    'lets go of %s, which took nothing',
    async (call) => {
      const server = await start();
      const telnet = connectTo(server);
      await telnet.say('XGROUP CREATE s g $ MKSTREAM');
      const answer = telnet.say(call);
      await waitFor(async () => (await server.info('clients'))['blocked_clients'] === '1');
      await demote(server);
      const message = await answer;
      expect(message).toBe(
        'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
      );
      expect(classifyReply(message)).toEqual({
        code: 'UNBLOCKED',
        cause: 'read-only',
        scope: 'write-lane',
        ...away,
      });
    },
  );

  it('is not meant when somebody unblocks the client', async () => {
    const server = await start();
    const telnet = connectTo(server);
    const id = await telnet.say('CLIENT ID');
    const answer = telnet.say('BLPOP q 0');
    await waitFor(async () => (await server.info('clients'))['blocked_clients'] === '1');
    await server.command('CLIENT', 'UNBLOCK', id, 'ERROR');
    const message = await answer;
    expect(message).toBe('UNBLOCKED client unblocked via CLIENT UNBLOCK');
    expect(classifyReply(message)).toMatchObject({
      cause: undefined,
      outcome: 'refused',
      circuit: 'success',
    });
  });

  it('refuses reads too when it must not serve stale data', async () => {
    const server = await start();
    await configure(server, 'replica-serve-stale-data', 'no');
    await demote(server);
    const telnet = connectTo(server);
    const message = await telnet.say('GET k');
    expect(message).toBe("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.");
    expect(classifyReply(message)).toEqual({
      code: 'MASTERDOWN',
      cause: 'replica-stale',
      scope: 'server',
      ...away,
    });
    expect(classifyReply(await telnet.say(writingScript), true)).toMatchObject({
      cause: 'replica-stale',
      ...away,
    });
  });
});

describe('a server that cannot persist', () => {
  it('is recognised by writes, by scripts, and by PING', async () => {
    const server = await start({ config: { dbfilename: 'blocked.rdb' } });
    await breakPersistence(server);
    const telnet = connectTo(server);
    const verdict = { code: 'MISCONF', cause: 'persistence', scope: 'write-lane', ...away };
    for (const call of ['SET k v', 'DEL k', 'PING', writingScript, flaggedScript]) {
      const message = await telnet.say(call);
      expect(message).toMatch(/^MISCONF Redis is configured to save RDB snapshots/);
      expect(classifyReply(message, call.startsWith('EVAL'))).toEqual(verdict);
    }
    expect(await telnet.say('DBSIZE')).toBe('0');
  });
});

describe('a server with too few replicas', () => {
  it('is recognised by writes and by scripts', async () => {
    const server = await start();
    await configure(server, 'min-replicas-to-write', 1);
    const telnet = connectTo(server);
    const verdict = { code: 'NOREPLICAS', cause: 'too-few-replicas', scope: 'write-lane', ...away };
    const message = await telnet.say('SET k v');
    expect(message).toBe('NOREPLICAS Not enough good replicas to write.');
    expect(classifyReply(message)).toEqual(verdict);
    expect(classifyReply(await telnet.say(writingScript), true)).toEqual(verdict);
    expect(classifyReply(await telnet.say(flaggedScript), true)).toEqual(verdict);
  });
});

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

  it('is recognised when it wants none', async () => {
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

  it('within MULTI is left to the answer of its own command', async () => {
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

describe('a cluster', () => {
  it('is recognised when nobody serves the slot', async () => {
    const server = await start({ cluster: true });
    const message = await connectTo(server).say('GET k');
    expect(message).toMatch(/^CLUSTERDOWN /);
    expect(classifyReply(message)).toEqual({
      code: 'CLUSTERDOWN',
      cause: 'cluster-down',
      scope: 'server',
      ...away,
    });
  });

  it('is recognised when it only reads', async () => {
    const server = await start({ cluster: true, config: { 'cluster-allow-reads-when-down': 'yes' } });
    await server.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_000);
    const telnet = connectTo(server);
    // Slot 12,706.
    const message = await telnet.say('SET {b}c v');
    expect(message).toBe('CLUSTERDOWN The cluster is down and only accepts read commands');
    expect(classifyReply(message)).toMatchObject({ cause: 'cluster-down', scope: 'write-lane', ...away });
    const script = await telnet.say(writingScript);
    expect(script).toMatch(
      /^ERR Script attempted to execute a write command while the cluster is down and readonly/,
    );
    expect(classifyReply(script, true)).toMatchObject({
      cause: 'cluster-down',
      outcome: 'refused',
      circuit: 'failure',
      scope: 'write-lane',
    });
  });

  it('sends the caller elsewhere while a slot moves', async () => {
    const [source, target] = await Promise.all([start({ cluster: true }), start({ cluster: true })]);
    await source.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await target.command('CLUSTER', 'MEET', source.host, source.port);
    const from = await source.command('CLUSTER', 'MYID');
    const to = await target.command('CLUSTER', 'MYID');
    for (const node of [source, target]) {
      await waitFor(async () => /cluster_state:ok/.test(String(await node.command('CLUSTER', 'INFO'))));
      await waitFor(async () => String(await node.command('CLUSTER', 'NODES')).includes('0-16383'));
    }
    await waitFor(async () => String(await source.command('CLUSTER', 'NODES')).includes(String(to)));
    const slot = Number(await source.command('CLUSTER', 'KEYSLOT', '{k}'));
    const telnet = connectTo(source);
    await telnet.say('SET {k}1 v');
    await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(from));
    await source.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(to));

    const elsewhere = { cause: undefined, outcome: 'not-applied', circuit: 'ignored', scope: 'command' };
    expect(classifyReply(await telnet.say('GET {k}2'))).toEqual({ code: 'ASK', ...elsewhere });
    expect(classifyReply(await connectTo(target).say('GET {k}1'))).toEqual({ code: 'MOVED', ...elsewhere });
    expect(classifyReply(await telnet.say('MGET {k}1 {k}2'))).toEqual({
      code: 'TRYAGAIN',
      cause: 'cluster-down',
      scope: 'command',
      ...away,
    });
    expect(classifyReply(await telnet.say('MGET a b'))).toMatchObject({
      code: 'CROSSSLOT',
      circuit: 'success',
    });
  });
});
