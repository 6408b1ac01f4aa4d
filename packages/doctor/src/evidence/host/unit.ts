import { readdir } from 'node:fs/promises';

/** The systemd unit of Redis on this host. */
export interface BootUnit {
  readonly name: string;
  readonly isEnabled: boolean;
}

const unitFolders = ['/lib/systemd/system', '/usr/lib/systemd/system', '/etc/systemd/system'];
const wantedBy = '/etc/systemd/system/multi-user.target.wants';
const unitName = /^(?:redis|redis-server|valkey|valkey-server)\.service$/;

/**
 * Finds the systemd unit of Redis, and whether it starts at boot. Undefined if this host has no systemd unit of Redis.
 */
export async function bootUnit(): Promise<BootUnit | undefined> {
  const [wanted, ...folders] = await Promise.all(
    [wantedBy, ...unitFolders].map((folder) => readdir(folder).catch(() => [])),
  );
  const enabled = wanted?.find((name) => unitName.test(name));
  const name = enabled ?? folders.flat().find((each) => unitName.test(each));
  return name === undefined ? undefined : { name, isEnabled: enabled !== undefined };
}
