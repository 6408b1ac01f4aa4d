import { ErrorReply, type Reply } from '@redis-resilience/core/protocol';
import type { Deadline } from '../../deadline.ts';
import type { Conversation, Ending } from '../../wire/conversation.ts';
import { fieldsOf, listOf, recordOf, textOf } from '../../wire/reply-fields.ts';
import { configNames } from './config-names.ts';
import { slowEntriesOf, type SlowEntry } from './slow-log.ts';

/**
 * What a server reports about itself. A field is undefined or empty if the user of the connection may not run the query
 * for it.
 */
export interface ServerEvidence {
  /** The fields of INFO; empty if the server refused INFO. */
  readonly info: Readonly<Record<string, string>>;
  /** The settings from CONFIG GET; empty if the server refused the command. */
  readonly config: Readonly<Record<string, string>>;
  /** The first word of the reply to ROLE: `master`, `slave` or `sentinel`. */
  readonly role: string | undefined;
  readonly user: string | undefined;
  readonly slowLog: readonly SlowEntry[];
  readonly latencyEvents: readonly LatencyEvent[];
  /** The fields of the reply to CLUSTER INFO; undefined if the server is not a Cluster node. */
  readonly cluster: Readonly<Record<string, string>> | undefined;
  /**
   * The error reply to a GET that was queued in MULTI and then discarded. A GET of the application would fail with
   * this error, too.
   */
  readonly readError: string | undefined;
  /**
   * The error reply to a SET that was queued in MULTI and then discarded. A SET of the application would fail with
   * this error, too.
   */
  readonly writeError: string | undefined;
  /** Whether MULTI was accepted. If the server refused MULTI, `readError` and `writeError` prove nothing. */
  readonly wasProbed: boolean;
  readonly selectError: string | undefined;
  /** When the replies arrived: milliseconds since the epoch, by the clock of this process. */
  readonly answeredAt: number;
  /** How long the server took to reply to all queries. */
  readonly durationMs: number;
  /**
   * How long the server was silent before it accepted or rejected the SET in MULTI, although it had answered the GET
   * before it. While writes are paused, the server holds back the SET, and no command that reads.
   */
  readonly writeHeldMs: number;
  /** Why the conversation ended, if some queries got no reply. */
  readonly ending: Ending | undefined;
  /** The queries of the doctor that this user may not run, or that the server does not know. */
  readonly refused: readonly string[];
}

export interface LatencyEvent {
  readonly name: string;
  readonly latestMs: number;
  readonly maxMs: number;
}

// The key of a GET and a SET that are queued in MULTI and dropped with DISCARD. The server checks permission, role,
// memory and disk when a command is queued, so the replies show whether a GET and a SET would be accepted, although
// neither command runs.
const probeKey = 'redis-resilience:doctor';
const probe = [['MULTI'], ['GET', probeKey], ['SET', probeKey, '1'], ['DISCARD']] as const;

/** Sends all queries in one pipeline. No query changes data or settings on the server. */
export async function gatherServer(
  conversation: Conversation,
  database: number,
  isShort: boolean,
  deadline: Deadline,
): Promise<ServerEvidence> {
  const questions: string[][] = [
    ['INFO'],
    ['ROLE'],
    ['ACL', 'WHOAMI'],
    ['SELECT', String(database)],
    ...(isShort
      ? []
      : [
          ['SLOWLOG', 'GET', '16'],
          ['LATENCY', 'LATEST'],
        ]),
    ...probe.map((command) => [...command]),
    ...configNames.map((name) => ['CONFIG', 'GET', name]),
  ];
  const { replies, ending, durationMs, longestSilence } = await conversation.ask(questions, deadline);
  const answeredAt = deadline.clock.wallNow();
  const answers = new Map(questions.map((question, index) => [question.join(' '), replies[index]]));
  const answer = (...words: string[]): Reply | undefined => answers.get(words.join(' '));
  const info = fieldsOf(textOf(answer('INFO')) ?? '');
  const cluster = await clusterInfo(conversation, info, deadline);
  const wasProbed = answer('MULTI') === 'OK';
  const isWriteHeld = questions[longestSilence.afterReplies]?.[0] === 'SET';
  return {
    info,
    config: Object.assign({}, ...configNames.map((name) => recordOf(answer('CONFIG', 'GET', name)))),
    role: textOf(listOf(answer('ROLE'))[0]),
    user: textOf(answer('ACL', 'WHOAMI')),
    slowLog: slowEntriesOf(answer('SLOWLOG', 'GET', '16')),
    latencyEvents: latencyEventsOf(answer('LATENCY', 'LATEST')),
    cluster,
    answeredAt,
    durationMs,
    writeHeldMs: isWriteHeld ? longestSilence.ms : 0,
    ending,
    readError: errorOf(answer('GET', probeKey)),
    writeError: errorOf(answer('SET', probeKey, '1')),
    wasProbed,
    selectError: database === 0 ? undefined : errorOf(answer('SELECT', String(database))),
    refused: refusedOf(answers, wasProbed),
  };
}

// Queries CLUSTER INFO, unless INFO has shown that the server is not in cluster mode: that server would reply with an
// error, and would count the error in its statistics.
async function clusterInfo(
  conversation: Conversation,
  info: Readonly<Record<string, string>>,
  deadline: Deadline,
): Promise<Readonly<Record<string, string>> | undefined> {
  const isKnown = Object.keys(info).length > 0 || deadline.over;
  if (isKnown && info['cluster_enabled'] !== '1') return undefined;
  const { replies } = await conversation.ask([['CLUSTER', 'INFO']], deadline);
  const fields = fieldsOf(textOf(replies[0]) ?? '');
  return fields['cluster_state'] === undefined ? undefined : fields;
}

function errorOf(reply: Reply | undefined): string | undefined {
  return reply instanceof ErrorReply ? reply.message : undefined;
}

function latencyEventsOf(reply: Reply | undefined): readonly LatencyEvent[] {
  return listOf(reply).flatMap((entry) => {
    const [name, , latest, max] = listOf(entry);
    if (typeof name !== 'string') return [];
    return [{ name, latestMs: Number(latest), maxMs: Number(max) }];
  });
}

function refusedOf(answers: ReadonlyMap<string, Reply | undefined>, wasProbed: boolean): readonly string[] {
  const refused = new Set<string>();
  for (const [question, reply] of answers) {
    const isQueued = question.startsWith('GET ') || question.startsWith('SET ') || question === 'DISCARD';
    const isOfOthers = question.startsWith('SELECT');
    if (!(reply instanceof ErrorReply) || isOfOthers || (isQueued && !wasProbed)) continue;
    if (isQueued || !/^NOPERM|unknown (sub)?command|permission/i.test(reply.message)) continue;
    refused.add(question.startsWith('CONFIG') ? 'CONFIG GET' : question.replace(/ \d+$/, ''));
  }
  return [...refused];
}
