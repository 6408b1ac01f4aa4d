import { classifyReply, codeOfReply } from '@redis-resilience/core/protocol';

/**
 * Whether the server refused a command for a temporary reason, for example because it is loading its data, is out of
 * memory or is a replica, or because its password is being changed. A command that was refused for a temporary reason
 * may succeed later.
 */
export function isRefusedForNow(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, outcome, scope } = classifyReply(error.message);
  // EXECABORT says that a command in a transaction was refused, but not why, so the reason may be temporary.
  return outcome === 'not-applied' || scope !== 'command' || code === 'EXECABORT';
}

/**
 * Returns only the first word of a server's error reply, such as `WRONGTYPE` or `ERR`, because the rest may contain
 * values.
 */
export function refusalCode(error: unknown): string {
  return error instanceof Error ? codeOfReply(error.message) : 'ERR';
}
