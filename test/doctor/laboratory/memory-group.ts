import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

/** Creates a control group with a memory limit; undefined if this process has no permission for that. */
export function makeMemoryGroup(limitBytes: number): { readonly tasks: string; remove(): void } | undefined {
  const isOld = existsSync('/sys/fs/cgroup/memory/cgroup.procs');
  const folder = `${isOld ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup'}/redis-doctor-${process.pid}`;
  try {
    mkdirSync(folder);
    writeFileSync(`${folder}/${isOld ? 'memory.limit_in_bytes' : 'memory.max'}`, String(limitBytes));
  } catch {
    return undefined;
  }
  return { tasks: `${folder}/cgroup.procs`, remove: () => rmdirSync(folder) };
}
