import type { ParserTraits } from '../../replies/frame-line.ts';
import type { Internals } from '../internals.ts';

const readsResp2: ParserTraits = { readsResp3: false, followsRedirects: false };
const readsBoth: ParserTraits = { readsResp3: true, followsRedirects: false };

/**
 * Returns which protocols the client's parser reads: RESP2 and RESP3 from ioredis 6 on, where `protocol` is set;
 * before, only RESP2.
 */
export function parserOf({ condition }: Internals): ParserTraits {
  return condition?.protocol === undefined ? readsResp2 : readsBoth;
}

/** Makes the next handshake use RESP2. */
export function speakResp2({ condition }: Internals): void {
  if (condition === null || condition.protocol === undefined) return;
  condition.protocol = 2;
  condition.replyMapping = 'legacy';
}
