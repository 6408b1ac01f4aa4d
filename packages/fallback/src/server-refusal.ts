import { classifyReply, codeOfReply } from '@redis-resilience/core/protocol';

/**
 * Whether the server refused a command for a temporary reason: it is loading, out of memory or a replica, or its
 * password is being changed. The same command may succeed later.
 */
export function isRefusedForNow(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, outcome, scope } = classifyReply(error.message);
  // EXECABORT reports that commands in a transaction were refused, but not why.
  return outcome === 'not-applied' || scope !== 'command' || code === 'EXECABORT';
}

/**
 * Returns only the first word of a server's error reply, such as `WRONGTYPE` or `ERR`, because the rest may contain
 * values.
 */
export function refusalCode(error: unknown): string {
  return error instanceof Error ? codeOfReply(error.message) : 'ERR';
}
