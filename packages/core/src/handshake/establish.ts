import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import { CredentialsError, resolveCredentials, type CredentialsSource } from './credentials.ts';
import type { Endpoint, OpenSocket } from './open-socket.ts';
import { ProofError } from './proof-error.ts';
import { resetSocket } from './reset-socket.ts';
import type { Session } from './session.ts';
import { verifyHandshake, type HandshakeQuestions, type Proof } from './verify-handshake.ts';
import { causeOfSocketError } from './socket-cause.ts';
import type { Credentials } from '../redis-resilience.ts';
import { classifyReply } from '../replies/reply-error.ts';
import { ErrorReply } from '../replies/reply.ts';
import { runningTime } from '../event-loop/after-running.ts';
import { setStackLimit } from '../observability/stack-limit.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

/** Where to connect to, and how. The properties are read again for each attempt. */
export interface Target {
  /** Returns the endpoint: the configured one or, with Sentinel, the one that the Sentinels report. */
  endpoint(signal: CancelSignal): Promise<Endpoint>;
  /** Opens the sockets of all attempts. */
  readonly open: OpenSocket;
  readonly credentials: CredentialsSource;
  readonly credentialsTimeoutMs: number;
  readonly keepAliveMs: number;
  /** Returns whether to open the connection with HELLO 3, because the driver uses RESP3. */
  wantsHello(): boolean;
  /** Returns the state that the connection must have: its database number, its name, and whether it sends READONLY. */
  session(): Session;
  /** Whether an attempt that reaches a replica fails, with the cause `read-only`. */
  readonly requiresPrimary: boolean;
  /** Whether sentinels are asked for the endpoint. */
  readonly asksSentinels?: boolean;
}

/**
 * Returns a target that differs from `target` in these properties. All other properties are read from `target` on each
 * access, because credentials, for example, may change.
 */
export function targetWith<Kind extends Target>(target: Kind, changes: Partial<Target>): Kind {
  const derived = Object.create(target) as Kind;
  for (const [name, value] of Object.entries(changes)) Object.defineProperty(derived, name, { value });
  return derived;
}

/** A socket whose handshake succeeded, with the results of the handshake. */
export interface VerifiedSocket {
  readonly socket: Socket;
  readonly proof: Proof;
  readonly credentials: Credentials | undefined;
  /** How long the server took to answer the handshake, without the time for which this process stood still. */
  readonly answeredInMs: number;
}

/** Receives the progress of an attempt, on which the dialer's deadlines depend. */
export interface EstablishProgress {
  connected(): void;
  /**
   * Called when a lookup begins that must precede the TCP connection: of the credentials, of the host name, or of the
   * endpoint that the sentinels report. The returned function is called when the lookup has ended.
   */
  preparing(cause: 'credentials' | 'dns' | 'sentinel'): () => void;
  /**
   * Called when the peer or, if `endpoint` is undefined, the sentinels take unusually long to respond. The attempt
   * continues.
   */
  unanswered?(endpoint: Endpoint | undefined): void;
  /** Called when the handshake is about to be sent; returns the commands to send together with the handshake. */
  questions?(): HandshakeQuestions | undefined;
  /** Called when the endpoint of the attempt is known. */
  resolved?(endpoint: Endpoint): void;
}

/** Thrown when an attempt fails; `reason` says why. */
export class EstablishError extends Error {
  override readonly name = 'EstablishError';
  readonly reason: CauseCode;
  /** The endpoint of the attempt; undefined if it was not resolved. Not enumerable, so that logs do not show it. */
  declare readonly endpoint: Endpoint | undefined;

  constructor(reason: CauseCode, cause: unknown, endpoint?: Endpoint) {
    // In an outage, ten attempts fail every second, and nobody reads where they were rejected.
    const limit = setStackLimit(0);
    super(`Connecting failed: ${reason}.`, { cause });
    setStackLimit(limit);
    this.reason = reason;
    Object.defineProperty(this, 'endpoint', { value: endpoint, enumerable: false });
  }
}

/**
 * Makes one complete attempt: credentials, endpoint, TCP, TLS, AUTH, session, PING, INFO. Destroys the socket on any
 * failure.
 *
 * @throws {@link EstablishError}
 */
export async function establish(
  target: Target,
  clock: Clock,
  signal: CancelSignal,
  progress?: EstablishProgress,
): Promise<VerifiedSocket> {
  let phase: 'credentials' | 'endpoint' | 'sentinel' | 'tcp' | 'tls' | 'handshake' = 'credentials';
  let socket: Socket | undefined;
  let endpoint: Endpoint | undefined;
  try {
    const isAsked = typeof target.credentials === 'function';
    const prepared = isAsked ? progress?.preparing('credentials') : undefined;
    const { credentials: source, credentialsTimeoutMs } = target;
    const credentials = await resolveCredentials(source, credentialsTimeoutMs, clock, signal);
    prepared?.();
    const { asksSentinels = false } = target;
    phase = asksSentinels ? 'sentinel' : 'endpoint';
    const resolved = progress?.preparing(asksSentinels ? 'sentinel' : 'dns');
    endpoint = await target.endpoint(signal);
    progress?.resolved?.(endpoint);
    phase = 'tcp';
    socket = await target.open(endpoint, {
      signal,
      keepAliveMs: target.keepAliveMs,
      onResolved: () => resolved?.(),
      onConnected: () => {
        phase = endpoint?.tls === undefined ? 'handshake' : 'tls';
        progress?.connected();
      },
    });
    phase = 'handshake';
    const hello = target.wantsHello();
    const session = target.session();
    const questions = progress?.questions?.();
    const askedAt = runningTime(clock);
    const proof = await verifyHandshake(socket, { credentials, hello, session, signal, questions });
    if (target.requiresPrimary && proof.info['role'] === 'slave')
      throw new ProofError('read-only', undefined);
    return { socket, proof, credentials, answeredInMs: runningTime(clock) - askedAt };
  } catch (error) {
    socket?.on('error', ignore);
    if (socket !== undefined) abandon(socket, signal);
    throw error instanceof EstablishError
      ? error
      : new EstablishError(reasonOf(error, phase, signal), error, endpoint);
  }
}

// The socket of an attempt that was given up is reset. Otherwise, a frozen server would, when it resumes, run the
// handshakes of all these attempts before it answers anybody.
function abandon(socket: Socket, signal: CancelSignal): void {
  if (signal.aborted) resetSocket(socket);
  else socket.destroy();
}

function reasonOf(error: unknown, phase: string, signal: CancelSignal): CauseCode {
  if (error instanceof ProofError) return error.reason;
  if (error instanceof ErrorReply) return classifyReply(error.message).cause ?? 'protocol';
  if (error instanceof CredentialsError) return 'credentials';
  if (signal.aborted) {
    if (phase === 'credentials' || phase === 'sentinel') return phase;
    if (phase === 'handshake') return 'handshake-timeout';
    return phase === 'tls' ? 'tls' : 'connect-timeout';
  }
  const cause = causeOfSocketError(error);
  // A peer that closes the connection during the TLS handshake does not speak TLS, or rejects this client's parameters.
  return phase === 'tls' && cause === 'connection-reset' ? 'tls' : cause;
}

function ignore(): void {
  // A further error of a discarded socket adds no information.
}
