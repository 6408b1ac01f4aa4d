import { createRandom, ManualClock } from '@redis-resilience/testing';
import { Dialer, type DialerOptions } from '../../../packages/core/src/dialing/dialer.ts';
import type {
  DialAttempt,
  DialPriority,
  DialReport,
  DialResult,
  DialTicket,
} from '../../../packages/core/src/dialing/dial-request.ts';

/** What the server of a {@link DialWorld} does with a SYN. */
export type ServerMode = 'up' | 'refusing' | 'black-hole' | 'mute' | 'loading' | 'full' | 'flapping';

export interface AttemptRecord {
  readonly client: number;
  readonly at: number;
  readonly synDeadlineMs: number;
  /** Number of attempts in progress when this one began, including this one. */
  readonly overlapping: number;
  endedAt: number | undefined;
  aborted: boolean;
}

export interface WorldOptions extends Partial<Omit<DialerOptions, 'clock' | 'random'>> {
  readonly seed?: number;
  /**
   * The number of clients that the server reports in INFO; `null` if the server does not report it. Default: the number
   * of simulated clients.
   */
  readonly fleetSize?: number | null;
  readonly connectMs?: number;
  readonly proveMs?: number;
}

/** One process with several clients and one dialer, and a server that can be broken, all on a manual clock. */
export class DialWorld {
  readonly clock = new ManualClock();
  readonly dialer: Dialer;
  readonly attempts: AttemptRecord[] = [];
  readonly reports: { readonly client: number; readonly at: number; readonly report: DialReport }[] = [];
  readonly clients: WorldClient[] = [];
  mode: ServerMode = 'up';
  /** How long a flapping server keeps a ready connection, in milliseconds. */
  flapMs = 0;
  readonly options: WorldOptions;

  constructor(options: WorldOptions = {}) {
    this.options = options;
    this.dialer = new Dialer({
      clock: this.clock,
      random: createRandom(options.seed ?? 1),
      minPeriodMs: options.minPeriodMs ?? 100,
      maxPeriodMs: options.maxPeriodMs ?? 5_000,
      handshakeTimeoutMs: options.handshakeTimeoutMs ?? 5_000,
    });
  }

  get connected(): number {
    return this.clients.filter((client) => client.isConnected).length;
  }

  /** Adds clients that connect now, and again after each loss. */
  add(count = 1, priority: DialPriority = 'command'): WorldClient[] {
    return Array.from({ length: count }, () => {
      const client = new WorldClient(this, this.clients.length, priority);
      this.clients.push(client);
      client.dial();
      return client;
    });
  }

  /** Breaks every connection; from now on, `mode` determines what happens to new ones. */
  takeDown(mode: ServerMode = 'refusing'): void {
    this.mode = mode;
    for (const client of this.clients) client.drop();
  }

  bringBack(): void {
    this.mode = 'up';
  }

  /** Creates clients that have been connected for so long that they count as stable. */
  static async connected(clients: number, options: WorldOptions = {}): Promise<DialWorld> {
    const world = new DialWorld(options);
    world.add(clients);
    await world.clock.travelAsync(60_000);
    if (world.connected !== clients) throw new Error(`Only ${world.connected} of ${clients} are connected`);
    world.attempts.length = 0;
    world.reports.length = 0;
    return world;
  }

  /** Returns the milliseconds from now until all clients are connected, at most `limitMs`. */
  async untilConnected(limitMs: number, count = this.clients.length): Promise<number> {
    const from = this.clock.now();
    while (this.connected < count && this.clock.now() - from < limitMs) await this.clock.travelAsync(1);
    return this.clock.now() - from;
  }

  underWay(): number {
    return this.attempts.filter((attempt) => attempt.endedAt === undefined).length;
  }
}

export class WorldClient {
  readonly world: DialWorld;
  readonly index: number;
  readonly priority: DialPriority;
  ticket: DialTicket | undefined;
  isConnected = false;
  /** Whether a caller is waiting for this client's connection. */
  isWanted = false;
  #flapping: object | undefined;

  constructor(world: DialWorld, index: number, priority: DialPriority) {
    this.world = world;
    this.index = index;
    this.priority = priority;
  }

  dial(): void {
    this.ticket = this.world.dialer.dial({
      priority: this.priority,
      isWanted: () => this.isWanted,
      attempt: (attempt) => this.#attempt(attempt),
      onAttempt: (report) =>
        this.world.reports.push({ client: this.index, at: this.world.clock.now(), report }),
    });
  }

  /** Breaks the connection from the server's side. */
  drop(): void {
    if (!this.isConnected) return;
    this.#disconnect();
    this.ticket?.lost();
    this.dial();
  }

  /** Closes the client from the application's side. */
  close(): void {
    this.#disconnect();
    this.ticket?.cancel();
  }

  #disconnect(): void {
    this.isConnected = false;
    if (this.#flapping !== undefined) this.world.clock.clearTimeout(this.#flapping);
    this.#flapping = undefined;
  }

  #attempt(attempt: DialAttempt): Promise<DialResult> {
    const { world } = this;
    const record: AttemptRecord = {
      client: this.index,
      at: world.clock.now(),
      synDeadlineMs: attempt.synDeadlineMs,
      overlapping: world.underWay() + 1,
      endedAt: undefined,
      aborted: false,
    };
    world.attempts.push(record);
    return new Promise((resolve) => {
      let timer: object | undefined;
      const after = (ms: number, next: () => void): void => {
        timer = world.clock.setTimeout(next, ms);
      };
      const end = (result: DialResult): void => {
        if (timer !== undefined) world.clock.clearTimeout(timer);
        record.endedAt ??= world.clock.now();
        resolve(result);
      };
      attempt.signal.addEventListener('abort', () => {
        record.aborted = record.endedAt === undefined;
        end({ ok: false, cause: 'connect-timeout' });
      });
      if (world.mode === 'black-hole') return;
      after(world.mode === 'refusing' ? 0.5 : (world.options.connectMs ?? 0.5), () => {
        if (world.mode === 'refusing') end({ ok: false, cause: 'connection-refused' });
        else if (world.mode !== 'black-hole') {
          attempt.connected();
          if (world.mode !== 'mute') after(world.options.proveMs ?? 1, () => end(this.#prove()));
        }
      });
    });
  }

  #prove(): DialResult {
    const { world } = this;
    if (world.mode === 'loading') return { ok: false, cause: 'loading' };
    if (world.mode === 'full') return { ok: false, cause: 'max-clients' };
    if (world.mode !== 'up' && world.mode !== 'flapping') return { ok: false, cause: 'connection-reset' };
    this.isConnected = true;
    if (world.mode === 'flapping') {
      this.#flapping = world.clock.setTimeout(() => this.drop(), Math.max(0.01, world.flapMs));
    }
    const { fleetSize = world.clients.length } = world.options;
    return fleetSize === null ? { ok: true } : { ok: true, fleetSize };
  }
}
