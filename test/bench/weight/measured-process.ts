import { execFileSync } from 'node:child_process';

/** Measures how many milliseconds a new process needs to import a package. */
export function importTime(folder: string, name: string): number {
  const script = `const at = performance.now(); await import('${name}'); console.log(performance.now() - at);`;
  return Math.round(Number(run(folder, script)));
}

/** Measures the resident memory, in megabytes, of a new process with one client that has received a reply to PING. */
export function memoryWithClient(folder: string, kind: 'plain' | 'protected', url: string): number {
  const clients = {
    plain: `import { Redis } from 'ioredis'; const client = new Redis('${url}');`,
    protected: `import { createRedisResilience } from '@redis-resilience/core'; const { client } = createRedisResilience('${url}');`,
  };
  const script = `${clients[kind]} await client.ping(); gc(); console.log(process.memoryUsage.rss() / 1e6); process.exit(0);`;
  return Math.round(Number(run(folder, script)));
}

function run(folder: string, script: string): string {
  const args = ['--expose-gc', '--input-type=module', '--eval', script];
  return execFileSync(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  }).toString();
}
