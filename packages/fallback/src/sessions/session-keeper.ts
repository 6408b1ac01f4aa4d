import type { RedisResilience } from '@redis-resilience/core';
import { isAway, tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { isRefusedForNow } from '../server-refusal.ts';
import { mayRead } from '../may-use.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { resolveOutboxOptions } from '../outbox/outbox-options.ts';
import { ReplayingOutbox } from '../outbox/replaying-outbox.ts';
import { Suspicion } from '../suspicion.ts';
import { DestroyedSessions } from './destroyed-sessions.ts';
import type { SessionBackend } from './session-backend.ts';
import { SessionCopies, type SessionCopy } from './session-copies.ts';
import { sessionDelivery } from './session-delivery.ts';
import type { SessionSettings } from './session-options.ts';
import { SessionRestore } from './session-restore.ts';

const clearedAtOnce = 50;

/** What a resilient session store keeps, and how to end it. */
export interface KeptSessions {
  /** Local copies of sessions, and writes that have yet to arrive. */
  readonly copies: number;
  readonly pending: number;
  /** Tells of writes that were kept, replayed or dropped. */
  readonly on: Outbox['on'];
  /** Resolves when every kept write has arrived. */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** Stops working in the background and closes its connection. Leaves the resilience and the store alone. */
  close(): Promise<void>;
}

/**
 * Sessions that outlive an outage: read from the store while Redis is there, from a local copy while it is not;
 * written now, or kept and replayed; and once destroyed, gone for good.
 */
export class SessionKeeper implements KeptSessions {
  readonly #resilience: RedisResilience;
  readonly #settings: SessionSettings;
  readonly #backend: SessionBackend;
  readonly #copies: SessionCopies;
  readonly #destroyed: DestroyedSessions;
  readonly #outbox: ReplayingOutbox;
  readonly #restore: SessionRestore;
  readonly #suspicion: Suspicion;

  constructor(resilience: RedisResilience, backend: SessionBackend, settings: SessionSettings) {
    this.#resilience = resilience;
    this.#settings = settings;
    this.#backend = backend;
    this.#suspicion = new Suspicion(settings.clock);
    this.#copies = new SessionCopies(settings.maxLocalBytes);
    this.#destroyed = new DestroyedSessions(resilience, settings, (sid) => this.#copies.drop(sid));
    const { clock, random, maxEntries, timeoutMs, path } = settings;
    this.#outbox = new ReplayingOutbox(
      resilience,
      resolveOutboxOptions({
        clock,
        random,
        maxEntries,
        addTimeoutMs: timeoutMs,
        maxAgeMs: settings.rememberDestroyedMs,
        whenFull: 'oldest',
        ...(path === undefined ? {} : { path }),
      }),
      sessionDelivery(backend, this.#destroyed, clock),
    );
    this.#restore = new SessionRestore({
      resilience,
      settings,
      backend,
      copies: this.#copies,
      destroyed: this.#destroyed,
      isPending: (sid) => (this.#outbox.lastKept(sid)?.command ?? 'session.touch') !== 'session.touch',
      destroyAgain: (sid) => this.#outbox.add('session.destroy', [sid]),
    });
  }

  get copies(): number {
    return this.#copies.count;
  }

  get pending(): number {
    return this.#outbox.size;
  }

  readonly on: Outbox['on'] = (event, listener) => this.#outbox.on(event, listener);

  /** The session; null when there is none, or it was destroyed. */
  async get(sid: string): Promise<unknown> {
    if (this.#destroyed.has(sid)) return null;
    const pending = this.#pendingCopy(sid);
    if (pending !== undefined) return JSON.parse(pending.json);
    if (this.#suspicion.isOn || !mayRead(this.#resilience)) return this.#standIn(sid);
    const mayBeLost = this.#restore.isDue;
    let data: unknown;
    try {
      data = await this.#bounded(this.#backend.get(sid));
    } catch (error) {
      if (isAway(error) || isRefusedForNow(error) || !mayRead(this.#resilience)) return this.#standIn(sid);
      throw error;
    }
    if (this.#destroyed.has(sid)) return null;
    if (data === null || data === undefined) {
      if (mayBeLost || this.#restore.isDue) return this.#standIn(sid);
      this.#copies.drop(sid);
      return null;
    }
    this.#copies.keep(sid, { json: JSON.stringify(data), expiresAt: this.#expiryOf(data) });
    return data;
  }

  async set(sid: string, data: unknown, leftMs?: number): Promise<void> {
    if (this.#destroyed.has(sid)) return;
    const copy = this.#copyOf(data, leftMs);
    this.#copies.keep(sid, copy);
    await this.#outbox.add('session.set', [sid, copy.json, copy.expiresAt]);
  }

  async touch(sid: string, data: unknown, leftMs?: number): Promise<void> {
    if (this.#destroyed.has(sid)) return;
    // A kept write is not yet in the store, where it could be touched.
    if (this.#pendingCopy(sid) !== undefined) return this.set(sid, data, leftMs);
    const copy = this.#copyOf(data, leftMs);
    this.#copies.keep(sid, copy);
    await this.#outbox.add('session.touch', [sid, copy.json, copy.expiresAt]);
  }

  async destroy(sid: string): Promise<void> {
    this.#destroyed.record(sid);
    this.#copies.drop(sid);
    await this.#outbox.add('session.destroy', [sid]);
  }

  /** Destroys every session, those that only this instance holds included. Fails while the store is away. */
  async clear(): Promise<void> {
    const stored = (await this.#backend.sids?.()) ?? [];
    const sids = [...new Set([...stored, ...this.#copies.sids()])];
    for (let from = 0; from < sids.length; from += clearedAtOnce) {
      await Promise.all(sids.slice(from, from + clearedAtOnce).map((sid) => this.destroy(sid)));
    }
    await this.#backend.clear?.();
  }

  drain(options?: { readonly timeoutMs?: number }): Promise<void> {
    return this.#outbox.drain(options);
  }

  async close(): Promise<void> {
    this.#restore.close();
    this.#destroyed.close();
    await this.#outbox.close();
    this.#copies.clear();
  }

  #standIn(sid: string): unknown {
    const copy = this.#copies.get(sid, this.#settings.clock.wallNow());
    return copy === undefined ? null : JSON.parse(copy.json);
  }

  #pendingCopy(sid: string): SessionCopy | undefined {
    const kept = this.#outbox.lastKept(sid);
    if (kept?.command !== 'session.set') return undefined;
    const [, json, expiresAt] = kept.args;
    return { json: String(json), expiresAt: Number(String(expiresAt)) };
  }

  #copyOf(data: unknown, leftMs: number | undefined): SessionCopy {
    const json = JSON.stringify(data);
    const wallNow = this.#settings.clock.wallNow();
    return { json, expiresAt: leftMs === undefined ? this.#expiryOf(JSON.parse(json)) : wallNow + leftMs };
  }

  // Where express-session and koa-session write down when a session ends.
  #expiryOf(data: unknown): number {
    const { cookie, _expire } = data as {
      readonly cookie?: { readonly expires?: string | Date | null };
      readonly _expire?: number;
    };
    const expires = cookie?.expires;
    if (typeof expires === 'string') return Date.parse(expires);
    if (expires instanceof Date) return expires.getTime();
    return _expire ?? this.#settings.clock.wallNow() + this.#settings.ttlMs;
  }

  #bounded<T>(answer: Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#settings;
    return withinDeadline(clock, timeoutMs, answer, () => {
      this.#suspicion.begin();
      this.#outbox.suspect();
      return tooLate('The session store', timeoutMs);
    });
  }
}
