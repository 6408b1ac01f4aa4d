/**
 * Returns the server binary to run: `bin`, otherwise the environment variable REDIS_SERVER_BIN, otherwise
 * `redis-server` on PATH.
 */
export function redisBinary(bin?: string): string {
  return bin ?? (process.env['REDIS_SERVER_BIN'] || 'redis-server');
}

/**
 * Creates the error for a binary that cannot be run. If the binary is missing, the message says how to install Redis.
 */
export function missingBinary(binary: string, cause: NodeJS.ErrnoException): Error {
  if (cause.code !== 'ENOENT')
    return new Error(`Cannot run ${JSON.stringify(binary)}: ${cause.message}`, { cause });
  return new Error(
    [
      `Cannot run ${JSON.stringify(binary)}: this machine has no such program. Install Redis, then run again:`,
      '  Debian, Ubuntu:  sudo apt-get install -y redis-server',
      '  macOS:           brew install redis',
      '  Docker:          docker run --rm -it -v "$PWD":/app -w /app node:22 sh -c "apt-get update && apt-get install -y redis-server && npm test"',
      'or name another server binary (Redis, Valkey) in the environment variable REDIS_SERVER_BIN.',
    ].join('\n'),
    { cause },
  );
}
