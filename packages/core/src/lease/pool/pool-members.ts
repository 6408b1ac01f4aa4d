import type { Clock } from '../../clock.ts';
import type { Settings } from '../../options/settings.ts';
import type { MemberSignal } from './member-state.ts';
import { memberTransition } from './member-transition.ts';
import { PoolMember } from './pool-member.ts';
import type { PoolParts } from './pool-parts.ts';
import type { PoolCounts } from './pool-totals.ts';

/**
 * The connections of a pool. For each of its connections, a `PoolMembers` performs the effects that
 * `member-transition.ts` returns. `tell` is called when a connection may be free for the next caller.
 */
export class PoolMembers {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #connect: PoolParts['connect'];
  readonly #main: Pick<PoolParts['main'], 'state'>;
  readonly #totals: PoolCounts;
  readonly #isAwaited: () => boolean;
  readonly #tell: () => void;
  readonly #all = new Set<PoolMember>();
  /**
   * Idle connections in the order of their last use. The most recently used connection is handed out first, so that
   * surplus connections stay idle and expire.
   */
  readonly #idle: PoolMember[] = [];

  /** `isAwaited` returns whether callers are waiting for a connection. */
  constructor(
    { settings, main, connect, totals }: Pick<PoolParts, 'settings' | 'main' | 'connect' | 'totals'>,
    isAwaited: () => boolean,
    tell: () => void,
  ) {
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#connect = connect;
    this.#main = main;
    this.#totals = totals;
    this.#isAwaited = isAwaited;
    this.#tell = tell;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Whether there are at least as many connections as the option `pool.min` says. */
  get isMinimum(): boolean {
    return this.size >= this.#settings.pool.min;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** Number of connections that are being made or checked, each of which will soon be free. */
  get coming(): number {
    let count = 0;
    for (const { state } of this.#all) if (state.kind === 'connecting' || state.kind === 'asked') count++;
    return count;
  }

  /** Why one of the connections is down; undefined if none is. */
  get cause() {
    for (const { guarded } of this.#all) if (guarded.cause !== undefined) return guarded.cause;
    return undefined;
  }

  /** Returns the number of idle connections from which something has been read so recently that they need no check. */
  alive(now: number): number {
    const { minStallMs } = this.#settings.connection;
    let count = 0;
    while (this.#idle.at(-1 - count)?.isHeardWithin(minStallMs, now) === true) count++;
    return count;
  }

  /** Makes one more connection. */
  connect(): void {
    const made: { member?: PoolMember } = {};
    const connection = this.#connect(() => this.#isAwaited() && this.#isFirst(made.member));
    made.member = new PoolMember(connection, this.#clock.now());
    this.#all.add(made.member);
  }

  /** Takes the most recently used idle connection; there must be one. */
  take(now: number): PoolMember {
    const member = this.#idle.at(-1) as PoolMember;
    this.signal(member, { kind: 'handed-out' }, now);
    return member;
  }

  /** Sends PING on the most recently used idle connection; there must be one. */
  doubt(): void {
    this.signal(this.#idle.at(-1) as PoolMember, { kind: 'doubted' });
  }

  /**
   * Updates the state of each pooled connection. `isWanted`: whether callers need the connections that are still being
   * made; if they do not, those beyond the configured minimum are closed.
   */
  look(isWanted: boolean): void {
    for (const member of this.#all) {
      if (member.isServing) this.signal(member, { kind: 'serving' });
      else this.signal(member, { kind: 'away', isGone: member.isGone });
      const isNeedless = !isWanted && member.state.kind === 'connecting' && member.isGone;
      if (isNeedless && this.size > this.#settings.pool.min) this.signal(member, { kind: 'retired' });
    }
  }

  /**
   * Closes connections that have been idle for too long, down to the configured minimum. If the application has ended
   * the shared client, closes all idle connections, which would otherwise keep the process alive.
   */
  retireIdle(now: number): void {
    for (const member of this.#idle.slice()) {
      if (now < this.#expiryOf(member)) return;
      this.signal(member, { kind: 'retired' });
    }
  }

  /** Time at which the next connection will have been idle for too long, or must be closed for another reason. */
  get nextExpiryAt(): number {
    const [oldest] = this.#idle;
    return oldest === undefined ? Infinity : this.#expiryOf(oldest);
  }

  retireAll(): void {
    for (const member of this.#all) this.signal(member, { kind: 'retired' });
  }

  signal(member: PoolMember, signal: MemberSignal, now = this.#clock.now()): void {
    const before = member.state;
    const { state, effect } = memberTransition(before, signal, now);
    member.state = state;
    if (before.kind === 'idle' && state.kind !== 'idle') this.#removeIdle(member);
    if (before.kind === 'connecting' && state.kind === 'idle')
      this.#totals.creates.record(now - before.since);
    switch (effect.kind) {
      case 'none':
        return;
      case 'offer':
        this.#idle.push(member);
        return this.#tell();
      case 'ask':
        return this.#ask(member, [ping]);
      case 'undo':
        return this.#ask(member, effect.commands);
      case 'drop':
        this.#all.delete(member);
        member.client.disconnect();
        return this.#tell();
      default:
        effect satisfies never;
    }
  }

  /**
   * Sends commands of this library, which show that the connection is alive and clean if all of them succeed and no
   * other call is pending.
   */
  #ask(member: PoolMember, commands: readonly (readonly string[])[]): void {
    const calls = commands.map(([name, ...args]) => member.client.call(name as string, args));
    const failed = (): void => {
      const isOnlySilent = commands.every(([name]) => name === 'ping') && !member.isGone;
      this.signal(member, { kind: 'failed', isOnlySilent });
    };
    Promise.all(calls).then(() => {
      if (member.pendingCalls() === 0) this.signal(member, { kind: 'answered' });
      else failed();
    }, failed);
  }

  /**
   * Whether no connection serves yet and this one is the oldest of those being made, so that every waiting caller waits
   * for it. For the connection that is being created now, `member` is undefined; this connection counts as the last
   * one.
   */
  #isFirst(member: PoolMember | undefined): boolean {
    let first: PoolMember | undefined;
    for (const each of this.#all) {
      if (each.isServing) return false;
      if (each.state.kind === 'connecting') first ??= each;
    }
    return first === member;
  }

  #expiryOf({ state }: PoolMember): number {
    const { min, idleMs } = this.#settings.pool;
    if (this.#main.state === 'ended') return 0;
    return state.kind === 'idle' && this.size > min ? state.since + idleMs : Infinity;
  }

  #removeIdle(member: PoolMember): void {
    // The list is searched from its end, because the connection to remove is nearly always the last one.
    const index = this.#idle.lastIndexOf(member);
    if (index !== -1) this.#idle.splice(index, 1);
  }
}

const ping = ['ping'];
