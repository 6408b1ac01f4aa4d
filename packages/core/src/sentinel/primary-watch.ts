import type { Clock } from '../clock.ts';
import type { LookTurns } from '../dialing/look-turns.ts';
import type { Target, VerifiedSocket } from '../handshake/establish.ts';
import type { Endpoint } from '../handshake/open-socket.ts';
import type { ServerInfo } from '../handshake/verify-handshake.ts';
import { debug } from '../observability/debug.ts';
import type { Credentials } from '../redis-resilience.ts';
import { Failover } from './failover.ts';
import type { RolePace } from './role-pace.ts';
import { RoleWatch } from './role-watch.ts';
import type { SentinelResolver } from './sentinel-resolver.ts';

/** A finding about the primary. */
export type PrimaryNews =
  /** The server is a replica, or a replica is about to be promoted: writes must wait. */
  | { readonly kind: 'writes-away' }
  /** The server is a primary: writes may continue. */
  | { readonly kind: 'writes-back' }
  /**
   * Another server is the primary, and `verified` is connected to it. `isImmediate`: a failover has just made it the
   * primary, so the connection must be replaced immediately. Otherwise, commands in flight may be answered first.
   */
  | { readonly kind: 'primary'; readonly verified: VerifiedSocket; readonly isImmediate: boolean }
  /** Another server is the primary. There is no connection to it yet, so one must be made. */
  | { readonly kind: 'moved' };

export interface PrimaryWatchOptions {
  readonly clock: Clock;
  /** Name of the `RedisResilience`, for debug lines. */
  readonly name: string;
  readonly target: Target;
  /** Whether the connection belongs to a pool of leased connections. */
  readonly isLeased: boolean;
  /** Whether the client needs a primary, and so must look for one if its server turns out to be a replica. */
  readonly expectsPrimary: boolean;
  /** Returns the pace of the attempts to find a primary while the server is a replica. */
  readonly pace: () => RolePace;
  /** The sentinels whose announcements of failovers are followed; undefined if there are no sentinels. */
  readonly sentinels:
    | {
        readonly resolver: SentinelResolver;
        readonly group: string;
        readonly credentials: Credentials | undefined;
      }
    | undefined;
  /** Decides which of the clients that look for the primary of this endpoint makes the next attempt. */
  readonly turns: LookTurns;
  /**
   * Returns when this client may connect to a primary that another client has found. Called only if no caller is
   * waiting.
   */
  readonly followsAt: (now: number) => number;
  /** Called when an attempt to connect to a primary begins. */
  readonly onDial: () => void;
  /** Whether the client is currently connected to this endpoint. */
  readonly isCurrent: (endpoint: Endpoint) => boolean;
}

/**
 * Watches whether the client is connected to a primary. Looks for the primary while the client's server is a replica,
 * and follows the failovers that the sentinels announce.
 */
export class PrimaryWatch {
  readonly #options: PrimaryWatchOptions;
  readonly #roleWatch: RoleWatch;
  readonly #failover: Failover | undefined;
  readonly #tell: (news: PrimaryNews) => void;
  #runId: string | undefined;
  #isAway = false;

  constructor(options: PrimaryWatchOptions, tell: (news: PrimaryNews) => void) {
    this.#options = options;
    this.#tell = tell;
    const { clock, target, pace, turns, followsAt, onDial } = options;
    this.#roleWatch = new RoleWatch({
      clock,
      target,
      pace,
      isOneServer: false,
      turns,
      followsAt,
      onPrimary: (verified) => this.#onPrimary(verified),
      onDial,
    });
    this.#failover = this.#followFailovers();
  }

  /** Whether a replica has been chosen and is being promoted. */
  get isPromotionUnderWay(): boolean {
    return this.#failover?.isUnderWay === true;
  }

  nextLookMs(): number | undefined {
    return this.#roleWatch.nextLookMs();
  }

  /** Call when a connection has been made. `info` holds the fields of the server's INFO reply. */
  connected(info: ServerInfo): void {
    this.#runId = info['run_id'];
    this.#failover?.arrived();
    if (info['role'] === 'slave') this.refused();
    else if (this.#isAway) this.#back();
  }

  /** Call when the server has refused a write with READONLY. */
  refused(): void {
    if (!this.#options.expectsPrimary || this.#roleWatch.isOn) return;
    debug('%s: a replica answers, writes wait for the primary', this.#options.name);
    this.#roleWatch.start();
    this.#away();
  }

  stop(): void {
    this.#roleWatch.stop();
    this.#failover?.stop();
  }

  #followFailovers(): Failover | undefined {
    const { clock, name, target, pace, sentinels, isLeased, onDial, isCurrent } = this.#options;
    if (sentinels === undefined) return undefined;
    return new Failover({
      clock,
      name: sentinels.group,
      target,
      pace,
      resolver: sentinels.resolver,
      sentinelCredentials: sentinels.credentials,
      isLeased,
      onDial,
      isCurrent,
      onBegin: () => {
        debug('%s: failover begins, writes wait', name);
        this.#away();
      },
      onAbort: () => {
        debug('%s: the failover was aborted', name);
        if (!this.#roleWatch.isOn) this.#back();
      },
      onPromoted: (verified) => {
        debug('%s: failover done, the socket is replaced', name);
        this.#tell(
          verified === undefined ? { kind: 'moved' } : { kind: 'primary', verified, isImmediate: true },
        );
      },
    });
  }

  #onPrimary(verified: VerifiedSocket): void {
    const isSameServer = verified.proof.info['run_id'] === this.#runId;
    debug('%s: the %s is a primary', this.#options.name, isSameServer ? 'server' : 'new server');
    if (!isSameServer) {
      this.#tell({ kind: 'primary', verified, isImmediate: false });
      return;
    }
    verified.socket.destroy();
    this.#back();
  }

  #away(): void {
    this.#isAway = true;
    this.#tell({ kind: 'writes-away' });
    this.#failover?.hurry();
  }

  #back(): void {
    this.#isAway = false;
    this.#roleWatch.stop();
    this.#failover?.settled();
    this.#tell({ kind: 'writes-back' });
  }
}
