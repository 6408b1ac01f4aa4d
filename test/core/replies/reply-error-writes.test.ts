import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { classifyReply } from '../../../packages/core/src/replies/reply-error.ts';
import { configure, connectTo, start, writingScript } from '../catalogue/provoked-server.ts';

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

  it('is not suspected when somebody unblocks the client', async () => {
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

async function fillMemory(server: RedisServer): Promise<void> {
  await configure(server, 'maxmemory', 1);
}

/** Makes the server a replica of an address where no server listens, so that its link stays down. */
async function demote(server: RedisServer): Promise<void> {
  await server.command('REPLICAOF', '127.0.0.1', 1);
}

async function breakPersistence(server: RedisServer): Promise<void> {
  await mkdir(join(server.dir, 'blocked.rdb'));
  await configure(server, 'save', '3600 1', 'stop-writes-on-bgsave-error', 'yes');
  await server.command('BGSAVE');
  await waitFor(async () => (await server.info('persistence'))['rdb_last_bgsave_status'] === 'err');
}
