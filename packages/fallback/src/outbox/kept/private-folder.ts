import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const onlyOwnerEnters = 0o700;
const onlyOwnerReads = 0o600;

/**
 * Makes a folder, and the folder and its files accessible to their owner alone, those that exist already too. A folder
 * of somebody else, for example the root of a mounted volume, is left as it is.
 */
export async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: onlyOwnerEnters });
  await chmod(folder, onlyOwnerEnters).catch(unlessForeign);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) await chmod(join(folder, entry.name), onlyOwnerReads).catch(unlessForeign);
  }
}

// The database removes files of its own accord, so one may be gone.
function unlessForeign(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPERM' && error.code !== 'ENOENT') throw error;
}
