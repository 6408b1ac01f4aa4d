import type { DialPriority, DialTicket } from '../dialing/dial-request.ts';
import type { Dialer } from '../dialing/dialer.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { SocketSource, SourceEvent } from '../connection/socket-source.ts';

/**
 * A source of connected sockets that delegates to another source. The other source can be replaced at any time, even
 * while it is making a connection.
 */
export class SwitchableSource implements SocketSource {
  #source: SocketSource;
  #wanted: { readonly priority: DialPriority; readonly tell: (event: SourceEvent) => void } | undefined;

  constructor(source: SocketSource) {
    this.#source = source;
  }

  start(priority: DialPriority, tell: (event: SourceEvent) => void): void {
    this.#wanted = { priority, tell };
    const source = this.#source;
    source.start(priority, (event) => {
      if (source !== this.#source) discard(event);
      else {
        if (event.kind === 'verified' || event.kind === 'gave-up') this.#wanted = undefined;
        tell(event);
      }
    });
  }

  stop(): void {
    this.#wanted = undefined;
    this.#source.stop();
  }

  get dialer(): Dialer {
    return this.#source.dialer;
  }

  get ticket(): DialTicket | undefined {
    return this.#source.ticket;
  }

  /**
   * Switches to another source. `verified`, if defined, is a socket that is already connected. If the client is waiting
   * for a socket, it gets `verified`; if `verified` is undefined or destroyed, the new source makes a socket. Returns
   * whether the client got `verified`.
   */
  switchTo(source: SocketSource, verified: VerifiedSocket | undefined): boolean {
    const wanted = this.#wanted;
    this.#source.stop();
    this.#source = source;
    if (wanted === undefined) return false;
    if (verified === undefined || verified.socket.destroyed) {
      this.start(wanted.priority, wanted.tell);
      return false;
    }
    this.#wanted = undefined;
    wanted.tell({ kind: 'verified', verified });
    return true;
  }
}

function discard(event: SourceEvent): void {
  if (event.kind === 'verified') event.verified.socket.destroy();
}
