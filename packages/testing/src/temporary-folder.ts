import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The temporary folders that have not been removed yet.
const folders = new Set<string>();
let root: string | undefined;

/** Returns the folder that contains all temporary folders of this process, and creates it if necessary. */
export function temporaryRoot(): string {
  if (root === undefined) {
    root = mkdtempSync(join(realpathSync(tmpdir()), 'redis-resilience-'));
    process.once('exit', removeRoot);
  }
  return root;
}

/** Creates a temporary folder. The folder is removed by {@link removeFolder}, or when this process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(temporaryRoot(), 'f-'));
  folders.add(folder);
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
  if (folders.size > 0 || root === undefined) return;
  process.removeListener('exit', removeRoot);
  removeRoot();
}

function removeRoot(): void {
  if (root !== undefined) rmSync(root, { recursive: true, force: true });
  root = undefined;
}
