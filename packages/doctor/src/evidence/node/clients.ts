import type { Deadline } from '../../deadline.ts';
import type { Conversation } from '../../wire/conversation.ts';
import { textOf } from '../../wire/reply-fields.ts';

/** Statistics on the server's clients. */
export interface ClientsEvidence {
  readonly count: number;
  /** Bytes of replies that wait in the server until clients read them: the sum over all clients. */
  readonly outputBytes: number;
  /** Bytes of replies that wait in the server for the client that has the most waiting. */
  readonly worstOutputBytes: number;
  /**
   * The kind of the client for which the most bytes wait: `subscriber`, `replica`, `monitor` or `client`. Empty if no
   * reply waits for a client.
   */
  readonly worstKind: string;
  /** Number of clients that have sent no command for more than five minutes. */
  readonly idle: number;
}

const mostClients = 10_000;
const idleAfterSeconds = 300;

/** Runs CLIENT LIST, unless so many clients are connected that the command would burden the server. */
export async function gatherClients(
  conversation: Conversation,
  connected: number,
  deadline: Deadline,
): Promise<ClientsEvidence | undefined> {
  if (connected > mostClients) return undefined;
  const { replies } = await conversation.ask([['CLIENT', 'LIST']], deadline);
  const text = textOf(replies[0]);
  if (text === undefined) return undefined;
  const clients = text.split('\n').filter((line) => line.startsWith('id='));
  let [outputBytes, worstOutputBytes, worstKind, idle] = [0, 0, '', 0];
  for (const line of clients) {
    const bytes = numberIn(line, 'omem');
    outputBytes += bytes;
    if (bytes > worstOutputBytes) [worstOutputBytes, worstKind] = [bytes, kindOf(line)];
    if (numberIn(line, 'idle') > idleAfterSeconds) idle++;
  }
  return { count: clients.length, outputBytes, worstOutputBytes, worstKind, idle };
}

function numberIn(line: string, field: string): number {
  return Number(new RegExp(`(?:^| )${field}=(\\d+)`).exec(line)?.[1] ?? 0);
}

function kindOf(line: string): string {
  const flags = / flags=(\S+)/.exec(line)?.[1] ?? 'N';
  if (flags.includes('P')) return 'subscriber';
  if (flags.includes('S')) return 'replica';
  return flags.includes('O') ? 'monitor' : 'client';
}
