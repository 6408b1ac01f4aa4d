import { once } from 'node:events';
import {
  startProxy,
  startRedis,
  waitFor,
  type ChaosProxy,
  type RedisServer,
} from '@redis-resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connect, dial, ping, resp } from './raw-client.ts';

const pong = '+PONG\r\n';
let server: RedisServer;
let proxy: ChaosProxy;

beforeAll(async () => {
  server = await startRedis({ password: 'p:w' });
  await server.command('CONFIG', 'SET', 'requirepass', '');
});
beforeEach(async () => {
  proxy = await startProxy({ target: server });
  onTestFinished(() => proxy.close());
});
afterAll(() => server.stop());

it.each([
  ['nothing', () => undefined],
  ['the server itself', () => server],
  ['an empty object', () => ({})],
])('a proxy that is given %s asks for its target', async (_, given) => {
  await expect(startProxy(given() as never)).rejects.toThrow(
    'startProxy needs the server behind the proxy: startProxy({ target: server }).',
  );
});

describe('a healthy proxy', () => {
  it('passes everything on, and counts', async () => {
    const first = await connect(proxy);
    const second = await connect(proxy);
    expect(await first.ask(ping, '\r\n')).toBe(pong);
    expect(await second.ask(resp('ECHO', 'hello'), 'hello\r\n')).toBe('$5\r\nhello\r\n');
    expect([proxy.accepted, proxy.connections]).toEqual([2, 2]);
    first.socket.destroy();
    await waitFor(() => proxy.connections === 1);
    expect(proxy.accepted).toBe(2);
  });

  it('has the url of its target, with its own port', () => {
    expect(proxy.url).toBe(`redis://:p%3Aw@127.0.0.1:${proxy.port}`);
  });

  it('passes on a half-closed connection', async () => {
    const client = await connect(proxy);
    client.socket.end(ping);
    await waitFor(() => client.ended());
    expect(client.received()).toBe(pong);
    await waitFor(() => proxy.connections === 0);
  });

  it('passes on that the server went away', async () => {
    const other = await startRedis();
    onTestFinished(() => other.stop());
    proxy.retarget(other);
    const client = await connect(proxy);
    await client.ask(ping, pong);
    await other.kill();
    await waitFor(() => client.ended() || client.failed());
    const late = dial(proxy);
    await waitFor(() => late.failed() === 'ECONNRESET');
    await other.start();
    expect(await (await connect(proxy)).ask(ping, pong)).toBe(pong);
  });

  it('holds the server back while the client does not read', async () => {
    const size = 64 * 1024 * 1024;
    await server.command('SETRANGE', 'big', size - 1, 'x');
    const client = await connect(proxy);
    client.socket.pause();
    client.socket.write(resp('GET', 'big'));
    const outputMemory = async (): Promise<number> => {
      const list = String(await server.command('CLIENT', 'LIST'));
      return Math.max(...Array.from(list.matchAll(/ omem=(\d+)/g), ([, bytes]) => Number(bytes)));
    };
    await waitFor(async () => (await outputMemory()) > size / 2, { message: 'the server to be held back' });
    let total = 0;
    client.socket.on('data', (text: string) => (total += text.length));
    client.socket.resume();
    await waitFor(() => total >= size, { timeoutMs: 10_000 });
    await server.command('DEL', 'big');
  });
});

describe('refuse', () => {
  it('has connecting refused, leaves what exists, and accepts again', async () => {
    const client = await connect(proxy);
    await proxy.refuse();
    await expect(connect(proxy)).rejects.toThrow('ECONNREFUSED');
    expect(await client.ask(ping, '\r\n')).toBe(pong);
    await proxy.accept();
    expect(await (await connect(proxy)).ask(ping, '\r\n')).toBe(pong);
  });

  it('resets what exists when asked', async () => {
    const client = await connect(proxy);
    await client.ask(ping, '\r\n');
    await proxy.refuse({ reset: true });
    await waitFor(() => client.failed() === 'ECONNRESET');
  });
});

describe('reset', () => {
  it('breaks all connections with RST on both sides, and takes new ones', async () => {
    const before = await clientsOfServer();
    const clients = [await connect(proxy), await connect(proxy)];
    for (const client of clients) await client.ask(ping, '\r\n');
    expect(await clientsOfServer()).toBe(before + 2);
    proxy.reset();
    await waitFor(() => clients.every((client) => client.failed() === 'ECONNRESET'));
    await waitFor(async () => (await clientsOfServer()) === before);
    expect(await (await connect(proxy)).ask(ping, '\r\n')).toBe(pong);
  });

  it('happens again and again with resetEvery, until stopped', async () => {
    const stop = proxy.resetEvery({ minMs: 5, maxMs: 20, seed: 3 });
    for (let broken = 0; broken < 3; broken++) {
      const client = dial(proxy);
      await waitFor(() => client.failed() === 'ECONNRESET');
    }
    stop();
    const survivor = await connect(proxy);
    await expect(waitFor(() => survivor.failed(), { timeoutMs: 60 })).rejects.toThrow('in vain');
    expect(await survivor.ask(ping, '\r\n')).toBe(pong);
  });
});

describe('blackhole', () => {
  it('silences the connections that exist; new ones work; a dead server closes none', async () => {
    const other = await startRedis();
    onTestFinished(() => other.stop());
    proxy.retarget(other);
    const old = await connect(proxy);
    await old.ask(ping, '\r\n');
    proxy.blackhole();
    old.socket.write(resp('SET', 'a', '1'));
    const fresh = await connect(proxy);
    expect(await fresh.ask(ping, '\r\n')).toBe(pong);
    expect(await other.command('EXISTS', 'a')).toBe(0);
    await other.kill();
    await waitFor(() => fresh.ended() || fresh.failed());
    expect([old.received(), old.ended(), old.failed()]).toEqual([pong, false, undefined]);
    fresh.socket.destroy();
    await waitFor(() => proxy.connections === 1);
    expect([old.ended(), old.failed()]).toEqual([false, undefined]);
  });

  it('does not answer the end of a silenced connection either', async () => {
    const client = await connect(proxy);
    await client.ask(ping, '\r\n');
    proxy.blackhole();
    client.socket.end();
    await once(client.socket, 'finish');
    expect(await (await connect(proxy)).ask(ping, '\r\n')).toBe(pong);
    expect(client.ended()).toBe(false);
  });

  it('accepts new connections and never answers them when asked; existing ones may go on', async () => {
    const old = await connect(proxy);
    await old.ask(ping, '\r\n');
    const before = await clientsOfServer();
    proxy.blackhole({ existing: false, incoming: true });
    const fresh = await connect(proxy);
    fresh.socket.write(ping);
    expect(await old.ask(ping, pong + pong)).toBe(pong + pong);
    expect([fresh.received(), await clientsOfServer()]).toEqual(['', before]);
  });

  it('leaves silenced connections dead at heal', async () => {
    const old = await connect(proxy);
    proxy.blackhole({ incoming: true });
    await proxy.heal();
    old.socket.write(ping);
    expect(await (await connect(proxy)).ask(ping, '\r\n')).toBe(pong);
    expect(old.received()).toBe('');
  });

  it('lets what was sent meanwhile arrive, late and in order, when revived', async () => {
    const old = await connect(proxy);
    proxy.blackhole({ incoming: true });
    const fresh = await connect(proxy);
    old.socket.write(resp('ECHO', '1'));
    old.socket.write(resp('ECHO', '2'));
    fresh.socket.write(ping);
    await proxy.heal({ revive: true });
    expect(await old.ask('', '2\r\n')).toBe('$1\r\n1\r\n$1\r\n2\r\n');
    expect(await fresh.ask('', '\r\n')).toBe(pong);
  });
});

describe('latency', () => {
  it('delays both ways, and ends at heal', async () => {
    const client = await connect(proxy);
    await client.ask(ping, '\r\n');
    proxy.latency(60);
    const begun = performance.now();
    await client.ask(ping, pong + pong);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(120);
    proxy.latency(60_000);
    await proxy.heal();
    expect(await client.ask(ping, pong.repeat(3))).toBe(pong.repeat(3));
  });

  it('keeps the order of bytes under jitter', async () => {
    const client = await connect(proxy);
    proxy.latency(1, { jitterMs: 20 });
    const numbers = Array.from({ length: 50 }, (_, number) => String(number + 10));
    for (const number of numbers) {
      client.socket.write(resp('ECHO', number));
      await new Promise(setImmediate);
    }
    const expected = numbers.map((number) => `$2\r\n${number}\r\n`).join('');
    expect(await client.ask('', (text) => text.length >= expected.length)).toBe(expected);
  });
});

describe('cutAfter', () => {
  it.each(['reset', 'end', 'silence'] as const)(
    'lets exactly so many bytes of the reply through, then: %s',
    async (how) => {
      const client = await connect(proxy);
      await client.ask(ping, '\r\n');
      proxy.cutAfter(3, { how });
      client.socket.write(ping);
      await waitFor(() => client.received() === `${pong}+PO`);
      if (how === 'reset') await waitFor(() => client.failed() === 'ECONNRESET');
      if (how === 'end') await waitFor(() => client.ended());
      expect(await (await connect(proxy)).ask(ping, '\r\n')).toBe(pong);
      expect(client.received()).toBe(`${pong}+PO`);
      if (how === 'silence') expect([client.ended(), client.failed()]).toEqual([false, undefined]);
    },
  );

  it('cuts the command on its way to the server', async () => {
    proxy.cutAfter(resp('SET', 'cut', '1').length - 1, { direction: 'toServer' });
    const client = await connect(proxy);
    client.socket.write(resp('SET', 'cut', '1'));
    await waitFor(() => client.failed() === 'ECONNRESET');
    expect(await server.command('EXISTS', 'cut')).toBe(0);
  });

  it('lets the command through and swallows the reply with 0 bytes', async () => {
    const client = await connect(proxy);
    proxy.cutAfter(0);
    client.socket.write(resp('SET', 'swallowed', '1'));
    await waitFor(() => client.failed() === 'ECONNRESET');
    expect(client.received()).toBe('');
    expect(await server.command('GET', 'swallowed')).toBe('1');
  });

  it('cuts as many connections as asked, counting each by itself', async () => {
    proxy.cutAfter(2, { times: 2 });
    for (const received of ['+P', '+P']) {
      const client = await connect(proxy);
      client.socket.write(ping);
      await waitFor(() => client.failed() === 'ECONNRESET');
      expect(client.received()).toBe(received);
    }
    expect(await (await connect(proxy)).ask(ping, '\r\n')).toBe(pong);
  });
});

describe('throttle', () => {
  it('lets bytes drip at the given rate', async () => {
    const client = await connect(proxy);
    await client.ask(ping, '\r\n');
    proxy.throttle(1_000);
    const begun = performance.now();
    const text = 'x'.repeat(100);
    await client.ask(resp('ECHO', text), `${text}\r\n`);
    expect(performance.now() - begun).toBeGreaterThan(180);
  });

  it('refuses to throttle to nothing', () => {
    expect(() => proxy.throttle(0)).toThrow('use blackhole()');
  });
});

describe('inject', () => {
  it('answers each command of new connections in place of the server, until heal', async () => {
    const old = await connect(proxy);
    proxy.inject('-LOADING Redis is loading the dataset in memory\r\n');
    const fresh = await connect(proxy);
    const answer = await fresh.ask(
      ping + resp('SET', 'injected', '1'),
      (text) => text.split('\r\n').length === 3,
    );
    expect(answer).toBe('-LOADING Redis is loading the dataset in memory\r\n'.repeat(2));
    expect(await old.ask(ping, '\r\n')).toBe(pong);
    expect(await server.command('EXISTS', 'injected')).toBe(0);
    await proxy.heal();
    expect(await (await connect(proxy)).ask(ping, '\r\n')).toBe(pong);
  });
});

describe('close', () => {
  it('breaks every connection, whatever became of it, and refuses new ones', async () => {
    const silenced = await connect(proxy);
    proxy.blackhole({ incoming: true });
    const unanswered = await connect(proxy);
    proxy.inject('-ERR\r\n');
    const answered = await connect(proxy);
    await proxy.close();
    await proxy.close();
    await waitFor(() => [silenced, unanswered, answered].every((client) => client.failed() === 'ECONNRESET'));
    expect(proxy.connections).toBe(0);
    await expect(connect(proxy)).rejects.toThrow('ECONNREFUSED');
    await expect(proxy.heal()).rejects.toThrow('closed for good');
  });
});

async function clientsOfServer(): Promise<number> {
  return Number((await server.info('clients'))['connected_clients']);
}
