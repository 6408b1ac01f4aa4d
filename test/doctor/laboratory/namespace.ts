import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Diagnosis } from '@redis-resilience/doctor';

const bin = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url));

/** Returns why this machine cannot create a network namespace; undefined if it can. */
export function namespaceObstacle(program?: string): string | undefined {
  try {
    execFileSync('unshare', ['-n', '-m', '-p', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
    execFileSync('ip', ['-V'], { stdio: 'ignore' });
  } catch {
    return 'needs root, unshare and ip';
  }
  if (program === undefined) return undefined;
  try {
    execFileSync(program, ['-V'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `needs ${program}`;
  }
}

/**
 * Runs some commands and then the doctor in a separate network and process namespace. All processes in the
 * namespace end together with the doctor.
 */
export function doctorInNamespace(
  preparations: readonly string[],
  url: string,
  flags: readonly string[] = [],
  prefix = '',
): Promise<Diagnosis> {
  const script = [
    'set -e',
    'ip link set lo up',
    ...preparations,
    `${prefix} "$NODE" "$BIN" doctor "$URL" --json --timeout 2000 ${flags.join(' ')} || true`,
  ].join('\n');
  return new Promise((resolve, reject) => {
    execFile(
      'unshare',
      ['-n', '-m', '-p', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script],
      { timeout: 15_000, env: { ...process.env, NODE: process.execPath, BIN: bin, URL: url } },
      (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Diagnosis);
        } catch {
          reject(new Error(`No diagnosis from the namespace: ${stderr || error?.message}`));
        }
      },
    );
  });
}
