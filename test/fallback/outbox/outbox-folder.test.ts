import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutbox } from '@redis-resilience/fallback/outbox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stage } from '../stage.ts';

const nobody = 65534;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'outbox-folder-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

async function openAt(path: string): Promise<void> {
  const { resilience } = await stage();
  const outbox = createOutbox(resilience, { path });
  await outbox.add('set', ['a', '1']);
  await outbox.close();
}

describe('the folder of a durable outbox', () => {
  it('is refused, and stays as it is, if it holds files of something else', async () => {
    const path = join(folder(), 'app');
    mkdirSync(path, { mode: 0o755 });
    chmodSync(path, 0o755);
    writeFileSync(join(path, 'start.sh'), '#!/bin/sh', { mode: 0o755 });
    chmodSync(join(path, 'start.sh'), 0o755);
    await expect(openAt(path)).rejects.toThrow(/cannot be used: it holds files of something else/);
    expect([modeOf(path), modeOf(join(path, 'start.sh')), readdirSync(path)]).toEqual([
      '755',
      '755',
      ['start.sh'],
    ]);
  });

  it('may hold hidden files and the folder lost+found, which stay as they are', async () => {
    const path = join(folder(), 'volume');
    mkdirSync(join(path, 'lost+found'), { recursive: true });
    writeFileSync(join(path, '.gitkeep'), '');
    chmodSync(join(path, '.gitkeep'), 0o644);
    await openAt(path);
    await openAt(path);
    expect([modeOf(path), modeOf(join(path, '.gitkeep')), modeOf(join(path, 'CURRENT'))]).toEqual([
      '700',
      '644',
      '600',
    ]);
  });

  it('may be behind a link of its own user', async () => {
    const here = folder();
    mkdirSync(join(here, 'there'));
    symlinkSync(join(here, 'there'), join(here, 'outbox'));
    await openAt(join(here, 'outbox'));
    expect(modeOf(join(here, 'there'))).toBe('700');
  });

  // Only root can change the owner of a file.
  it.runIf(process.geteuid?.() === 0).each(['the folder', 'a link'])(
    'is refused if another user has put %s where everybody may add one',
    async (what) => {
      const here = folder();
      const [shared, target] = [join(here, 'tmp'), join(here, 'target')];
      for (const each of [shared, target]) mkdirSync(each, { mode: 0o755 });
      chmodSync(shared, 0o1777);
      chmodSync(target, 0o755);
      const path = join(shared, 'outbox');
      if (what === 'a link') {
        symlinkSync(target, path);
        lchownSync(path, nobody, nobody);
      } else {
        mkdirSync(path);
        chownSync(path, nobody, nobody);
        chmodSync(path, 0o755);
      }
      await expect(openAt(path)).rejects.toThrow(/it belongs to another user of the machine/);
      expect([modeOf(path), readdirSync(path)]).toEqual(['755', []]);
    },
  );
});
