import type { Dirent } from 'node:fs';
import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const onlyOwnerEnters = 0o700;
const onlyOwnerReads = 0o600;
const everybodyMayAdd = 0o002;
const ownFile = /^(CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(log|ldb|sst|dbtmp))$/;

/**
 * Creates the folder if necessary, and makes the folder and its files, including existing ones, accessible only to
 * their owner. If the folder belongs to another user, for example because it is the root of a mounted volume, its
 * permissions stay as they are.
 *
 * @throws an error with a `code`. The code EFTYPE means that the folder holds pipes, devices or links: opening one may
 * block forever. The code ENOTEMPTY means that the folder holds only files of other programs, whose permissions must
 * not change. The code EOWNER means that the folder, or a link in its place, belongs to another user (except root) and
 * lies in a folder where every user may create files. All other codes are those of errors of the file system.
 */
export async function makePrivate(folder: string): Promise<void> {
  await makeFolder(resolve(folder));
  await refuseForeign(resolve(folder));
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some(isNeither)) throw withCode('EFTYPE', 'The folder holds a pipe, a device or a link.');
  const visible = entries.filter(({ name }) => !name.startsWith('.') && name !== 'lost+found');
  const own = entries.filter(({ name }) => ownFile.test(name));
  if (visible.length > 0 && own.length === 0) throw withCode('ENOTEMPTY', 'The folder holds other files.');
  await chmod(folder, onlyOwnerEnters).catch(unlessForeign);
  for (const { name } of own) await chmod(join(folder, name), onlyOwnerReads).catch(unlessForeign);
}

function isNeither(entry: Dirent): boolean {
  return !entry.isFile() && !entry.isDirectory();
}

async function refuseForeign(folder: string): Promise<void> {
  const [link, parent] = await Promise.all([lstat(folder), stat(dirname(folder))]);
  const isTrusted = link.uid === 0 || link.uid === process.geteuid?.();
  if (isTrusted || (parent.mode & everybodyMayAdd) === 0) return;
  throw withCode('EOWNER', 'Another user has put the folder there.');
}

// Does not use Node's recursive `mkdir`, which never settles for a path in /proc: that folder exists, but creating a
// folder in it fails with ENOENT.
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, onlyOwnerEnters);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    const parent = dirname(folder);
    if (code !== 'ENOENT' || parent === folder) throw error;
    await makeFolder(parent);
    await mkdir(folder, onlyOwnerEnters).catch(unlessThere);
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

// Ignores the error for a file that belongs to another user, or that no longer exists because LevelDB has removed it.
function unlessForeign(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPERM' && error.code !== 'ENOENT') throw error;
}

function withCode(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
