import { classifyReply, codeOfReply } from '@redis-resilience/core/protocol';

/**
 * Whether the server refused a command for a temporary reason: it is loading, out of memory or a replica, or its
 * password is being changed. The same command may succeed later.
 */
export function isRefusedForNow(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, outcome, scope } = classifyReply(error.message);
  // EXECABORT says that commands of a transaction were refused, but not why.
  return outcome === 'not-applied' || scope !== 'command' || code === 'EXECABORT';
}

/** The first word of a server's error reply: `WRONGTYPE`, `ERR`. Never the rest, which may contain values. */
export function refusalCode(error: unknown): string {
  return error instanceof Error ? codeOfReply(error.message) : 'ERR';
}
