import tls from 'node:tls';
import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import type { Endpoint, OpenSocket } from './open-socket.ts';
import { request } from '../replies/request.ts';

const timeoutMs = 500;
const rememberMs = 5000;

/**
 * Detects that only one side uses TLS. Neither side reports this: a TLS server closes a plain-text connection, and a
 * plain server mistakes the client's first TLS bytes for the beginning of a command and waits for the rest. So, when an
 * attempt fails in a way that suggests a mismatch, the opposite mode is tried once, and the result is remembered for 5
 * seconds.
 */
export class TlsMismatch {
  readonly #open: OpenSocket;
  readonly #clock: Clock;
  #verdict: { readonly isMismatch: boolean; readonly at: number } | undefined;

  constructor(open: OpenSocket, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  /** Returns `tls` if a mismatch explains the failure, otherwise the given cause. */
  async explain(cause: CauseCode, endpoint: Endpoint | undefined): Promise<CauseCode> {
    if (endpoint === undefined || !isSuspicious(cause, endpoint)) return cause;
    const now = this.#clock.now();
    if (this.#verdict === undefined || now - this.#verdict.at > rememberMs) {
      this.#verdict = { isMismatch: await this.#try(endpoint), at: now };
    }
    return this.#verdict.isMismatch ? 'tls' : cause;
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

function isSuspicious(cause: CauseCode, { tls: options }: Endpoint): boolean {
  if (options === undefined) return cause === 'connection-reset';
  return cause === 'handshake-timeout' || cause === 'tls';
}

// Does not check the certificate, because it only tests whether the peer speaks TLS.
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
  // The error also ends the attempt that is being awaited.
}
