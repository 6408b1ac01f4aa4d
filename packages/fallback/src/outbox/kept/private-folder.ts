import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const onlyOwnerEnters = 0o700;
const onlyOwnerReads = 0o600;

/**
 * Creates the folder if necessary, and makes the folder and its files, including existing ones, accessible only to
 * their owner. A folder that belongs to another user, for example the root of a mounted volume, is left as it is.
 *
 * @throws an error with a `code` if that is impossible, or if the folder holds pipes, devices or links: opening those
 *   may wait without a limit
 */
export async function makePrivate(folder: string): Promise<void> {
  await makeFolder(resolve(folder));
  await chmod(folder, onlyOwnerEnters).catch(unlessForeign);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) await chmod(join(folder, entry.name), onlyOwnerReads).catch(unlessForeign);
    else if (!entry.isDirectory()) throw withCode('EFTYPE', 'The folder holds a pipe, a device or a link.');
  }
}

// Node's own recursive `mkdir` never settles in a folder such as /proc, which exists but answers that it does not.
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
