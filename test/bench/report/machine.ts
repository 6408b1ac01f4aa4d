import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What figures were taken on: no name of a host, no path. */
export interface Machine {
  readonly date: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly redis: string;
  /** Version by npm package. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Looks at this machine, and at the versions installed of these packages. */
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

/** The same in one line. */
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

/** Packages may not export their package.json: it is looked for upwards from their entry. */
function versionOf(name: string): string {
  const resolve = createRequire(import.meta.url).resolve;
  let folder = dirname(resolve(name));
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(pathToFileURL(join(folder, 'package.json')), 'utf8')) as {
        name?: string;
        version?: string;
      };
      // A second version of a package is installed under another name.
      const isIt = manifest.name === name || folder.endsWith(join('node_modules', name));
      if (isIt && manifest.version !== undefined) return manifest.version;
    } catch {
      // Not here: one further up.
    }
    if (folder === dirname(folder)) return 'unknown';
    folder = dirname(folder);
  }
}
