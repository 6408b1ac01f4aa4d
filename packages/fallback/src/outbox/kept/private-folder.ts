import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const onlyOwnerEnters = 0o700;
const onlyOwnerReads = 0o600;

/**
 * Creates the folder if necessary, and makes the folder and its files, including existing ones, accessible only to
 * their owner. A folder that belongs to another user, for example the root of a mounted volume, is left as it is.
 */
export async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: onlyOwnerEnters });
  await chmod(folder, onlyOwnerEnters).catch(unlessForeign);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) await chmod(join(folder, entry.name), onlyOwnerReads).catch(unlessForeign);
  }
}

// Ignores the error for a file that belongs to another user, or that no longer exists because LevelDB has removed it.
function unlessForeign(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPERM' && error.code !== 'ENOENT') throw error;
}
