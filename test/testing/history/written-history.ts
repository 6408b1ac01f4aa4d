import type { Command, Operation, OperationResult, Reply } from '@redis-resilience/testing/history';

const line = /^(\S+) (\d+)-(\d*) (.+?)(?: > (.+))?$/;

/**
 * Parses a history in a short form: each line is "process from-to command > reply". A reply is written as a value, as
 * `nil` or as `[a b]`. A failed operation has `?` (unknown), `-` (not-applied) or `!` (refused) instead, and a pending
 * operation has nothing. The commands of a MULTI are joined by `;`.
 */
export function writtenHistory(...lines: readonly string[]): readonly Operation[] {
  return lines.map((text) => {
    const [, process = '', from = '', to = '', task = '', reply] = line.exec(text) ?? [];
    if (process === '') throw new Error(`This is no operation: ${text}`);
    const commands = task.split(';').map(commandOf);
    const isTransaction = task.includes(';');
    const invokedAt = Number(from);
    const returned = to === '' ? {} : { returnedAt: Number(to) };
    return { process, commands, isTransaction, invokedAt, ...returned, result: resultOf(reply) };
  });
}

function commandOf(text: string): Command {
  const [name = '', ...args] = text.trim().split(' ');
  return { name, args };
}

function resultOf(reply: string | undefined): OperationResult {
  switch (reply) {
    case undefined:
      return { kind: 'pending' };
    case '?':
      return { kind: 'failed', outcome: 'unknown' };
    case '-':
      return { kind: 'failed', outcome: 'not-applied' };
    case '!':
      return { kind: 'failed', outcome: 'refused' };
    default:
      return { kind: 'answered', reply: replyOf(reply) };
  }
}

function replyOf(text: string): Reply {
  if (text === 'nil') return null;
  if (text.startsWith('[')) return text.slice(1, -1).split(' ').filter(Boolean).map(replyOf);
  if (text.startsWith('{')) return { fields: text.slice(1, -1).split(' ').filter(Boolean) };
  return text;
}
