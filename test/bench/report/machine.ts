import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The machine and the versions with which figures were measured, without host names or paths. */
export interface Machine {
  readonly date: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly redis: string;
  /** The version of each npm package. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Describes this machine, and the installed versions of the given packages. */
export function lookAtMachine(packageNames: readonly string[]): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    redis: redisVersion(),
    packages: Object.fromEntries(packageNames.map((name) => [name, versionOf(name)])),
  };
}

/** Describes the machine in one line. */
export function describeMachine(machine: Machine): string {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  return [
    machine.date,
    `${machine.platform}, ${machine.cores} cores, ${machine.memoryGiB} GiB`,
    `Node ${machine.node}`,
    `redis-server ${machine.redis}`,
    ...packages,
  ].join(' · ');
}

function redisVersion(): string {
  const printed = execFileSync(process.env['REDIS_SERVER_BIN'] ?? 'redis-server', ['--version'], {
    encoding: 'utf8',
  });
  return /v=([\w.-]+)/.exec(printed)?.[1] ?? printed.trim();
}

/**
 * Searches the folders `node_modules` as Node does, because a package may export neither its package.json nor a main
 * entry.
 */
function versionOf(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
      return (JSON.parse(manifest) as { version?: string }).version ?? 'unknown';
    } catch {
      // Not here: one further up.
    }
    if (folder === dirname(folder)) return 'unknown';
    folder = dirname(folder);
  }
}
