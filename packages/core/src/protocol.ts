// Replies
export { ReplyReader, type ReadReplies } from './replies/reply-reader.ts';
export type { ReplyLimits } from './replies/reply-limits.ts';
export { ErrorReply, PushReply, type Reply } from './replies/reply.ts';
export { ProtocolError, type ProtocolErrorReason } from './replies/protocol-error.ts';

// Commands
export { encodeCommand } from './replies/encode-command.ts';
export { request } from './replies/request.ts';

// Error replies
export { classifyReply, codeOfReply, isNeedlessPassword, type ReplyVerdict } from './replies/reply-error.ts';

// Targets
export { parseTarget } from './target/parse-target.ts';
export { clusterNodeOptions } from './target/cluster-node.ts';
export type { ConnectionOptions } from './target/driver-options.ts';
export type {
  ClusterUrl,
  HostAddress,
  ParsedTarget,
  SentinelUrl,
  ServerUrl,
  SocketUrl,
  TargetLogin,
} from './target/parsed-target.ts';

// Checks of option names, for packages that load no driver
export { checkKnownOptions, type OptionNames } from './options/known-options.ts';
export { nearest } from './options/validate-options.ts';

// Keys
export { keySlot, slotCount } from './keys/key-slot.ts';
