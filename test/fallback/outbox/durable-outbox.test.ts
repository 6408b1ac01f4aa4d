import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createOutbox } from '@redis-resilience/fallback/outbox';
import { createRandom, ManualClock, startRedis, waitFor } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bringBack, connect, stage, takeDown } from '../stage.ts';

const writer = new URL('durable-writer.mjs', import.meta.url);
const total = 1500;
const kills = 8;
const killsInReplay = 3;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'outbox-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('a durable outbox', () => {
  it('keeps writes over a restart of the process', async () => {
    const here = await stage();
    const path = folder();
    await takeDown(here);
    const first = createOutbox(here.resilience, { path });
    await first.add('incrby', ['n', 2]);
    await first.add('incrby', ['n', 3]);
    await first.add('set', ['bytes', Buffer.from([0, 255, 10])]);
    await first.close();
    const second = createOutbox(here.resilience, { path });
    onTestFinished(() => second.close());
    await second.ready();
    expect(second.size).toBe(2);
    await bringBack(here);
    await second.drain({ timeoutMs: 5000 });
    await expect(here.server.command('GET', 'n')).resolves.toBe('5');
    await expect(here.resilience.client.getBuffer('bytes')).resolves.toEqual(Buffer.from([0, 255, 10]));
  });

  it('keeps dead letters over a restart of the process', async () => {
    const { server, resilience } = await stage();
    const path = folder();
    await server.command('SET', 'text', 'value');
    const putBack = resilience.isolate('for the test');
    const first = createOutbox(resilience, { path });
    await first.add('rpush', ['text', 'x']);
    putBack();
    await first.drain({ timeoutMs: 5000 });
    await first.close();
    const second = createOutbox(resilience, { path });
    onTestFinished(() => second.close());
    await second.ready();
    expect(second.deadLetters()).toMatchObject([
      { command: 'rpush', args: ['text', 'x'], code: 'WRONGTYPE' },
    ]);
  });

  it('says so when another process has the folder', async () => {
    const { resilience } = await stage();
    const path = folder();
    const first = createOutbox(resilience, { path });
    onTestFinished(() => first.close());
    await first.ready();
    const second = createOutbox(resilience, { path });
    await expect(second.add('set', ['key', 1])).rejects.toMatchObject({ code: 'CONFIGURATION' });
    await second.close();
  });

  it('says why its folder cannot be used, and closes', async () => {
    const { resilience } = await stage();
    const path = folder();
    writeFileSync(join(path, 'file'), '');
    mkdirSync(join(path, 'pipes'));
    execFileSync('mkfifo', [join(path, 'pipes', 'CURRENT')]);
    const unusable: readonly (readonly [string, RegExp])[] = [
      ['/proc/outbox', /no folder can be made there/],
      [join(path, 'file'), /it is a file/],
      [join(path, 'file', 'outbox'), /below one/],
      [join(path, 'x'.repeat(300)), /no folder can be made there/],
      [join(path, 'pipes'), /pipes/],
    ];
    for (const [place, message] of unusable) {
      const outbox = createOutbox(resilience, { path: place });
      await expect(outbox.ready()).rejects.toMatchObject({ code: 'CONFIGURATION' });
      await expect(outbox.add('set', ['key', 1])).rejects.toThrow(message);
      await outbox.close();
    }
  });

  it('gives up on a folder that does not answer, and leaves it to others', async () => {
    const { resilience } = await stage();
    const path = folder();
    const clock = new ManualClock();
    const first = createOutbox(resilience, { path, clock });
    clock.travel(10_000);
    await expect(first.ready()).rejects.toThrow('does not answer');
    await first.close();
    await waitFor(async () => {
      const second = createOutbox(resilience, { path });
      onTestFinished(() => second.close());
      await second.ready();
      return true;
    });
  });

  it(
    'applies each write exactly once, although the process is killed again and again',
    { timeout: 60_000 },
    async () => {
      const random = createRandom(5);
      const server = await startRedis();
      onTestFinished(() => server.stop());
      await server.kill();
      const path = folder();
      const notes = join(folder(), 'notes');
      const start = (): ChildProcess =>
        fork(writer, [server.url, path, notes, String(total), String(total / 2)], {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        });
      let drains = 0;
      for (let round = 0; round < kills; round++) {
        if (round === kills - killsInReplay) await server.start();
        const child = start();
        child.on('message', (message) => {
          if (message === 'drained') drains++;
        });
        await once(child, 'spawn');
        await delay(250 + random() * 250);
        if (child.exitCode === null) await kill(child);
      }
      const last = start();
      onTestFinished(() => void last.kill('SIGKILL'));
      await once(last, 'exit');
      const noted = new Set(readFileSync(notes, 'utf8').split('\n'));
      const client = connect(server.url).client;
      const values = await client.mget(Array.from({ length: total }, (_, i) => `n:${i}`));
      const wrong = values.filter((value, i) => value !== '1' && (value !== null || noted.has(`done ${i}`)));
      expect(wrong).toEqual([]);
      expect(values.filter((value, i) => i % 2 === 0 && value !== '1')).toEqual([]);
      const lost = values.filter((value) => value === null).length;
      // Only unacknowledged writes may be lost: at most those in flight at each kill.
      expect(lost).toBeLessThanOrEqual(kills * 8);
      expect(drains).toBeLessThanOrEqual(killsInReplay);
    },
  );
});

describe('the folder of a durable outbox', () => {
  const modes = (path: string): Record<string, string> =>
    Object.fromEntries(
      ['.', ...readdirSync(path)].map((name) => [
        name,
        (statSync(join(path, name)).mode & 0o777).toString(8),
      ]),
    );

  it.each(['a new one', 'one that everybody could read'])('is for its owner alone: %s', async (which) => {
    const here = await stage();
    const path = join(folder(), 'deep', 'outbox');
    if (which !== 'a new one') {
      mkdirSync(path, { recursive: true, mode: 0o755 });
      writeFileSync(join(path, 'LOG'), 'old', { mode: 0o644 });
      chmodSync(path, 0o755);
    }
    await takeDown(here);
    const outbox = createOutbox(here.resilience, { path, maxBytes: 64 * 1024 * 1024 });
    for (let write = 0; write < 12; write++) await outbox.add('set', [`${write}`, Buffer.alloc(1024 * 1024)]);
    const { '.': own, ...files } = modes(path);
    expect(own).toBe('700');
    expect(Object.keys(files).length).toBeGreaterThan(3);
    expect(new Set(Object.values(files))).toEqual(new Set(['600']));
    await outbox.close();
    expect(new Set(Object.values(modes(path)))).toEqual(new Set(['700', '600']));
  });
});
