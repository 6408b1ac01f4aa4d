import type { ProtocolErrorReason } from '../../../packages/core/src/replies/protocol-error.ts';
import type { Reply } from '../../../packages/core/src/replies/reply.ts';
import type { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';

export interface AllRead {
  readonly replies: readonly Reply[];
  readonly reason: ProtocolErrorReason | undefined;
}

/** Pushes all chunks, and returns the replies and how the reading ended. */
export function pushAll(reader: ReplyReader, chunks: Iterable<Buffer>): AllRead {
  const replies: Reply[] = [];
  let reason: ProtocolErrorReason | undefined;
  for (const chunk of chunks) {
    const read = reader.push(chunk);
    for (const reply of read.replies) replies.push(reply);
    reason = read.failure?.reason;
  }
  return { replies, reason };
}

/** Splits the bytes into pieces of one size. */
export function* piecesOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
