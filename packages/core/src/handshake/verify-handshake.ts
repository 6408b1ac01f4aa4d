import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import type { Credentials } from '../redis-resilience.ts';
import { classifyReply, isNeedlessPassword } from '../replies/reply-error.ts';
import { ErrorReply, type Reply } from '../replies/reply.ts';
import { request } from '../replies/request.ts';
import { judgePing, ProofError } from './proof-error.ts';
import { checkSession, sessionCommands, type Session } from './session.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

const infoFields = [
  'run_id',
  'role',
  'connected_clients',
  'master_link_status',
  'master_last_io_seconds_ago',
  'redis_version',
  'valkey_version',
] as const;

const labels = infoFields.map((field) => ({
  field,
  label: `\n${field}:`,
  isOfReplica: field.startsWith('master_'),
}));

// Longer values of INFO fields are ignored, because the values stay in memory as long as the connection. Redis sends
// none that long.
const maxValueLength = 128;

/** The fields of INFO that are kept. The whole reply to INFO would take 19 KiB per connection. */
export type ServerInfo = Readonly<Partial<Record<(typeof infoFields)[number], string>>>;

/** The results of a handshake. */
export interface Proof {
  /**
   * Set if the server responds but does not serve commands yet: it is loading, busy, or a replica without its primary.
   */
  readonly waiting: CauseCode | undefined;
  /** The fields of INFO; empty if the user has no permission for INFO. */
  readonly info: ServerInfo;
  /** Whether the peer refused HELLO 3. */
  readonly resp2: boolean;
  /** The state of the connection; not verified if `waiting` is set. */
  readonly session: Session;
  /** The id under which the server lists this connection; undefined if the server did not report an id. */
  readonly clientId: string | undefined;
}

/** Commands that are sent together with the handshake, to spare a round trip. */
export interface HandshakeQuestions {
  readonly commands: readonly (readonly string[])[];
  /** Called with one reply per command when the handshake has succeeded. */
  answered(replies: readonly Reply[], proof: Proof): void;
}

export interface VerifyOptions {
  readonly credentials: Credentials | undefined;
  /** Whether to request RESP3. */
  readonly hello: boolean;
  readonly session: Session;
  readonly signal: CancelSignal;
  readonly questions?: HandshakeQuestions | undefined;
}

/**
 * Verifies that a new socket leads to a usable Redis server and has the state that its client needs. Sends AUTH, HELLO,
 * SELECT, CLIENT SETNAME, READONLY, PING, INFO and CLIENT ID in one write, before the driver sees the socket. A peer
 * that is silent, has reached its connection limit, refuses the login or the database number, or is not a Redis server
 * never becomes the client's connection.
 *
 * @throws {@link ProofError}, `ProtocolError` or the socket's own error; the caller then destroys the socket
 */
export async function verifyHandshake(socket: Socket, options: VerifyOptions): Promise<Proof> {
  const { credentials, session, questions } = options;
  const setUp = sessionCommands(session);
  const commands: string[][] = [];
  if (credentials !== undefined) commands.push(authCommand(credentials));
  if (options.hello) commands.push(['HELLO', '3']);
  commands.push(...setUp, ['PING'], ...factCommands);
  if (questions !== undefined) commands.push(...questions.commands.map((command) => [...command]));
  const replies = await request(socket, commands, options.signal);
  if (credentials !== undefined) checkAuth(replies.shift());
  const hello = options.hello ? replies.shift() : null;
  const isSetUp = replies.splice(0, setUp.length);
  const [ping, ...facts] = replies;
  const waiting = judgePing(ping);
  checkSession(setUp, isSetUp, session);
  const proof = { waiting, session, resp2: hello instanceof ErrorReply, ...serverFacts(facts) };
  questions?.answered(facts.slice(factCommands.length), proof);
  return proof;
}

/** The commands whose replies {@link serverFacts} reads; a busy server refuses both commands. */
export const factCommands: readonly string[][] = [['INFO'], ['CLIENT', 'ID']];

/**
 * Returns what the replies to `factCommands` say: the fields of INFO, and the id that the server gave the connection.
 */
export function serverFacts([info, id]: readonly Reply[]): Pick<Proof, 'info' | 'clientId'> {
  return {
    info: typeof info === 'string' ? parseInfo(`\n${info}`) : {},
    clientId: typeof id === 'number' || typeof id === 'bigint' ? String(id) : undefined,
  };
}

/** Returns the AUTH command, with a user name if there is one. */
export function authCommand(credentials: Credentials): string[] {
  const { username, password } = credentials;
  return username ? ['AUTH', username, password] : ['AUTH', password];
}

function checkAuth(reply: Reply | undefined): void {
  if (!(reply instanceof ErrorReply)) return;
  // The connection works without a password, so AUTH may fail; the package `doctor` warns that the password is
  // needless.
  if (isNeedlessPassword(reply.message)) return;
  const { cause } = classifyReply(reply.message);
  throw new ProofError(cause ?? 'auth', reply);
}

function parseInfo(text: string): ServerInfo {
  const info: Partial<Record<(typeof infoFields)[number], string>> = {};
  for (const { field, label, isOfReplica } of labels) {
    // A primary does not report the fields of replicas. Searching for one of them would scan the whole text in vain.
    if (isOfReplica && info.role === 'master') continue;
    const value = valueIn(text, label, lastOf[field]);
    if (value !== undefined) info[field] = lastOf[field] = value;
  }
  return info;
}

/** The last value of each field, so that all connections to one server share one string. */
const lastOf: Partial<Record<(typeof infoFields)[number], string>> = {};

function valueIn(text: string, label: string, last: string | undefined): string | undefined {
  const at = text.indexOf(label);
  if (at === -1) return undefined;
  const start = at + label.length;
  // The line ends with CRLF, or with LF if a proxy has changed it.
  const lineEnd = text.indexOf('\n', start);
  const stop = lineEnd === -1 ? text.length : lineEnd;
  const end = text[stop - 1] === '\r' ? stop - 1 : stop;
  if (last?.length === end - start && text.startsWith(last, start)) return last;
  if (end - start > maxValueLength) return undefined;
  // A substring would keep the whole text in memory, so the value is copied.
  return Buffer.from(text.slice(start, end), 'latin1').toString('latin1');
}
