import { ErrorReply } from '@redis-resilience/core/protocol';
import type { Deadline } from '../../deadline.ts';
import type { Conversation } from '../../wire/conversation.ts';
import { listOf, recordOf, textOf } from '../../wire/reply-fields.ts';

/** What one sentinel says about the primary. */
export interface SentinelView {
  readonly sentinel: string;
  /** The error reply to SENTINEL MASTER, for example because the sentinel does not know the name. */
  readonly error: string | undefined;
  readonly knownNames: readonly string[];
  readonly primary: { readonly host: string; readonly port: number } | undefined;
  /** Flags as Sentinel prints them: `master`, or `s_down,o_down,master`. */
  readonly flags: string;
  readonly quorum: number;
  readonly otherSentinels: number;
  /** The NOQUORUM reply to SENTINEL CKQUORUM, which means that too few sentinels are left to agree on a failover. */
  readonly quorumError: string | undefined;
  readonly replicas: readonly { readonly host: string; readonly port: number; readonly flags: string }[];
}

/** Queries one sentinel about a primary. */
export async function gatherSentinelView(
  sentinel: string,
  name: string,
  conversation: Conversation,
  deadline: Deadline,
): Promise<SentinelView> {
  const { replies } = await conversation.ask(
    [
      ['SENTINEL', 'MASTERS'],
      ['SENTINEL', 'MASTER', name],
      ['SENTINEL', 'REPLICAS', name],
      ['SENTINEL', 'CKQUORUM', name],
    ],
    deadline,
  );
  const [masters, master, replicas, quorum] = replies;
  const fields = recordOf(master);
  const port = Number(fields['port']);
  return {
    sentinel,
    error: master instanceof ErrorReply ? master.message : undefined,
    knownNames: listOf(masters).flatMap((entry) => recordOf(entry)['name'] ?? []),
    primary: fields['ip'] === undefined || !(port > 0) ? undefined : { host: fields['ip'], port },
    flags: fields['flags'] ?? '',
    quorum: Number(fields['quorum'] ?? 0),
    otherSentinels: Number(fields['num-other-sentinels'] ?? 0),
    quorumError:
      quorum instanceof ErrorReply && quorum.message.startsWith('NOQUORUM') ? quorum.message : undefined,
    replicas: listOf(replicas).flatMap((entry) => {
      const { ip, port: at, flags = '' } = recordOf(entry);
      return ip === undefined ? [] : [{ host: ip, port: Number(at), flags }];
    }),
  };
}

/** The names of the primaries that a sentinel watches. */
export async function gatherSentinelNames(
  conversation: Conversation,
  deadline: Deadline,
): Promise<readonly string[]> {
  const { replies } = await conversation.ask([['SENTINEL', 'MASTERS']], deadline);
  return listOf(replies[0]).flatMap((entry) => textOf(recordOf(entry)['name']) ?? []);
}
