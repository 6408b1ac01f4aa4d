import type { TimerHandle } from '../clock.ts';
import type { ConnectionNews } from '../connection/connection-news.ts';
import { Connection } from '../connection/connection.ts';
import type { CredentialsHolder } from '../connection/reauthenticate.ts';
import { targetOf } from '../connection/target-of.ts';
import type { NodeDriver } from '../driver/cluster-driver.ts';
import type { SendCommand } from '../driver/driver-command.ts';
import { EstablishError } from '../handshake/establish.ts';
import type { OpenSocket } from '../handshake/open-socket.ts';
import type { Settings } from '../options/settings.ts';
import type { Flushes } from '../event-loop/flush.ts';
import type { NodeDialers } from './node-dialers.ts';
import { SingleAttempt } from './single-attempt.ts';

/** What a node reports to its cluster. */
export type NodeNews =
  /** It is lost, silent, or cannot be reached: its slots may have moved. */
  | 'trouble'
  /** It was reached, or answers again. */
  | 'found'
  | 'bytes-read'
  | 'bytes-written';

export interface ClusterNodeParts {
  readonly credentials: CredentialsHolder;
  readonly open: OpenSocket;
  readonly settings: Settings;
  readonly flushes: Flushes;
  readonly dialers: NodeDialers;
}

/**
 * The connection to one node of a cluster. It is made once: when it breaks, ioredis drops the node and finds out which
 * node serves its slots now. While the node is silent, no further command is sent to it.
 */
export class ClusterNode {
  readonly connection: Connection;
  readonly #driver: NodeDriver;
  readonly #settings: Settings;
  readonly #dialers: NodeDialers;
  readonly #tell: (news: NodeNews) => void;
  /** Whether connecting takes unusually long. */
  #isSlow = false;
  #timer: TimerHandle | undefined;

  constructor(driver: NodeDriver, parts: ClusterNodeParts, tell: (news: NodeNews) => void) {
    const { credentials, open, settings, flushes, dialers } = parts;
    this.#driver = driver;
    this.#settings = settings;
    this.#dialers = dialers;
    this.#tell = tell;
    const target = { ...targetOf(driver, settings, credentials, open), requiresPrimary: false };
    const source = new SingleAttempt(dialers.of(driver.address), target, settings.clock);
    this.connection = new Connection({ driver, target, source, settings, flushes, onDead: 'drop' }, (news) =>
      this.#onNews(news),
    );
    driver.takeOver(this.#send, this.connection.connector);
    driver.beginAgain();
  }

  /** Whether a command, or the attempt to connect, has been unanswered for too long. */
  get isSilent(): boolean {
    return this.#isSlow || this.connection.isSilent;
  }

  /** Resolves when the socket, if there is one, is gone. */
  closed(): Promise<void> {
    const { socket } = this.connection.wire;
    if (socket === undefined || socket.closed) return Promise.resolve();
    return new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** The cluster does not use it any more. */
  stop(): void {
    this.#clearTimer();
    this.#dialers.heard(this.#driver.address);
  }

  readonly #send: SendCommand = (command, stream, node) => {
    const { call } = command;
    // Its caller was answered while it waited for a node that was not reached in time: it must not run.
    if (call?.settled === true && stream === undefined) return command.promise;
    if (call !== undefined && this.isSilent) {
      call.written = undefined;
      command.reject(new EstablishError('stalled', undefined));
      return command.promise;
    }
    // ioredis sends a command again only after a redirection, so it did not run on the node that it was sent to before.
    if (call !== undefined) {
      const isReady = this.#driver.status === 'ready';
      call.written = isReady ? this.connection.wire.currentFlush() : undefined;
    }
    return this.#driver.send(command, stream, node);
  };

  #onNews(news: ConnectionNews): void {
    switch (news.kind) {
      case 'bytes-read':
      case 'bytes-written':
        this.#tell(news.kind);
        return;
      case 'away':
        if (news.isFirst && news.since === undefined) this.#beginConnecting();
        return;
      case 'silent':
        this.#goSilent();
        this.#arm(this.#settings.connection.maxStallMs, () => this.connection.drop('stalled'));
        return;
      case 'heard':
      case 'verified':
        if (news.kind === 'verified' || this.connection.state === 'ready') this.#heard();
        return;
      case 'changed':
        if (this.connection.cause !== undefined) this.#tell('trouble');
        return;
      case 'ended':
        this.stop();
        return;
      default:
      // The cluster client itself handles its gate and its subscriptions.
    }
  }

  #beginConnecting(): void {
    this.#arm(this.#settings.connection.minStallMs, () => {
      this.#isSlow = true;
      this.#goSilent();
    });
  }

  #goSilent(): void {
    this.#dialers.silent(this.#driver.address);
    this.#tell('trouble');
  }

  #heard(): void {
    this.#clearTimer();
    this.#isSlow = false;
    this.#dialers.heard(this.#driver.address);
    this.#tell('found');
  }

  #arm(delayMs: number, action: () => void): void {
    this.#clearTimer();
    this.#timer = this.#settings.clock.setTimeout(() => {
      this.#timer = undefined;
      action();
    }, delayMs);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#settings.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
