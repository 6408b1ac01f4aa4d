import tls from 'node:tls';
import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import { endpointKey, type Endpoint, type OpenSocket } from './open-socket.ts';
import { request } from '../replies/request.ts';

const timeoutMs = 500;
const rememberMs = 20_000;
/**
 * If a connection has succeeded before, a mismatch is considered only when this time has passed since the first
 * failure.
 */
const trustedMs = 3000;

interface Verdict {
  readonly isMismatch: boolean | Promise<boolean>;
  readonly expiresAt: number;
}

const known = new WeakMap<OpenSocket, TlsMismatch>();

/** Returns the detector that all connections opened with `open` share. */
export function tlsMismatchOf(open: OpenSocket, clock: Clock): TlsMismatch {
  const shared = known.get(open) ?? new TlsMismatch(open, clock);
  known.set(open, shared);
  return shared;
}

/**
 * Detects that only one side uses TLS. Neither side reports such a mismatch: a TLS server closes a plain-text
 * connection, and a plain server mistakes the client's first TLS bytes for the beginning of a command and waits for the
 * rest. When an attempt fails in a way that suggests a mismatch, one connection is therefore tried in the opposite
 * mode, with or without TLS. All clients share the result, which is remembered for 20 seconds. Only the first
 * connection that is tried in the opposite mode delays the report of a failure, and thus the next attempt; later ones
 * are tried in the background.
 */
export class TlsMismatch {
  readonly #open: OpenSocket;
  readonly #clock: Clock;
  /** The results, by endpoint; undefined until the first failure. */
  #verdicts: Map<string, Verdict> | undefined;
  #hasConnected = false;

  constructor(open: OpenSocket, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  /** Call when a connection has been made. */
  connected(): void {
    this.#hasConnected = true;
    this.#verdicts = undefined;
  }

  /** Returns `tls` if a mismatch explains the failure, otherwise the given cause. */
  async explain(cause: CauseCode, endpoint: Endpoint | undefined): Promise<CauseCode> {
    if (endpoint === undefined || !isSuspicious(cause, endpoint)) return cause;
    return (await this.#isMismatch(endpoint, endpointKey(endpoint))) ? 'tls' : cause;
  }

  #isMismatch(endpoint: Endpoint, key: string): boolean | Promise<boolean> {
    const now = this.#clock.now();
    const verdicts = (this.#verdicts ??= new Map<string, Verdict>());
    const verdict = verdicts.get(key) ?? this.#firstVerdict(endpoint, now);
    const isExpired = verdict.expiresAt <= now;
    verdicts.set(key, isExpired ? { ...verdict, expiresAt: now + rememberMs } : verdict);
    if (isExpired)
      void this.#try(endpoint).then((isMismatch) => verdicts.set(key, remembered(isMismatch, now)));
    return verdict.isMismatch;
  }

  #firstVerdict(endpoint: Endpoint, now: number): Verdict {
    if (this.#hasConnected) return { isMismatch: false, expiresAt: now + trustedMs };
    return remembered(this.#try(endpoint), now);
  }

  async #try(endpoint: Endpoint): Promise<boolean> {
    const deadline = new AbortController();
    const timer = this.#clock.setTimeout(() => deadline.abort(new Error('No answer in time.')), timeoutMs);
    try {
      const socket = await this.#open(
        { ...endpoint, tls: undefined },
        { signal: deadline.signal, keepAliveMs: 0 },
      );
      socket.on('error', ignore);
      try {
        if (endpoint.tls === undefined) await greetWithTls(socket, deadline.signal);
        else await request(socket, [['PING']], deadline.signal);
        return true;
      } finally {
        socket.destroy();
      }
    } catch {
      return false;
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}

function remembered(isMismatch: Verdict['isMismatch'], now: number): Verdict {
  return { isMismatch, expiresAt: now + rememberMs };
}

function isSuspicious(cause: CauseCode, { tls: options }: Endpoint): boolean {
  if (options === undefined) return cause === 'connection-reset';
  return cause === 'handshake-timeout' || cause === 'tls';
}

// The certificate is not checked, because the connection only tests whether the peer speaks TLS.
function greetWithTls(socket: Parameters<typeof request>[0], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const secure = tls.connect({ socket, rejectUnauthorized: false });
    secure.once('secureConnect', resolve);
    secure.on('error', reject);
    secure.once('close', () => reject(new Error('The connection was closed.')));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function ignore(): void {
  // Nothing to do: the error also ends the attempt that is being awaited.
}
