import type { RedisResilience } from '@redis-resilience/core';
import { isAway, tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { readsAvailable } from '../availability.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { resolveOutboxOptions } from '../outbox/outbox-options.ts';
import { ReplayingOutbox } from '../outbox/replaying-outbox.ts';
import { RecentTimeout } from '../recent-timeout.ts';
import { isRefusedForNow } from '../server-refusal.ts';
import { DestroyedSessions } from './destroyed-sessions.ts';
import type { SessionBackend } from './session-backend.ts';
import { SessionCopies, type SessionCopy } from './session-copies.ts';
import { sessionDelivery } from './session-delivery.ts';
import type { SessionSettings } from './session-options.ts';
import { SessionRestore } from './session-restore.ts';
import { StoreContact } from './store-contact.ts';
import { StoredLife } from './stored-life.ts';

const clearedAtOnce = 50;

/** The local copies and pending writes of a resilient session store, available as `store.kept`. */
export interface KeptSessions {
  /** Number of local copies of sessions. */
  readonly copies: number;
  /** Number of writes that have not reached the store yet. */
  readonly pending: number;
  /** Adds a listener to the events of the pending writes; the returned function removes it. */
  readonly on: Outbox['on'];
  /** Resolves when every pending write has reached the store. */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /**
   * Stops all background work and closes the connection that listens for destroyed sessions. `close()` does not close
   * the main connection or the store.
   */
  close(): Promise<void>;
}

/**
 * Reads and writes sessions so that they survive an outage. While Redis is unavailable, sessions are read from local
 * copies, and writes are kept and replayed later. A destroyed session never comes back.
 */
export class SessionKeeper implements KeptSessions {
  readonly #resilience: RedisResilience;
  readonly #settings: SessionSettings;
  readonly #backend: SessionBackend;
  readonly #copies: SessionCopies;
  readonly #destroyed: DestroyedSessions;
  readonly #contact: StoreContact;
  readonly #life: StoredLife;
  readonly #outbox: ReplayingOutbox;
  readonly #restore: SessionRestore;
  readonly #recentTimeout: RecentTimeout;

  constructor(resilience: RedisResilience, backend: SessionBackend, settings: SessionSettings) {
    this.#resilience = resilience;
    this.#settings = settings;
    this.#backend = backend;
    const { clock, maxEntries, timeoutMs, rememberDestroyedMs, path } = settings;
    this.#recentTimeout = new RecentTimeout(clock);
    this.#copies = new SessionCopies(settings.maxLocalBytes);
    this.#destroyed = new DestroyedSessions(resilience, settings, this.#copies);
    const outboxOptions = {
      maxEntries,
      addTimeoutMs: timeoutMs,
      maxAgeMs: rememberDestroyedMs,
      whenFull: 'oldest',
      ...(path === undefined ? {} : { path }),
    } as const;
    const outboxSettings = resolveOutboxOptions('sessions', outboxOptions, settings);
    this.#contact = new StoreContact(resilience, settings);
    this.#life = new StoredLife(resilience, settings.prefix);
    const parts = {
      clock,
      backend,
      copies: this.#copies,
      destroyed: this.#destroyed,
      contact: this.#contact,
      life: this.#life,
    };
    this.#outbox = new ReplayingOutbox(resilience, outboxSettings, sessionDelivery(parts));
    this.#restore = new SessionRestore(resilience, { ...parts, outbox: this.#outbox });
  }

  get copies(): number {
    return this.#copies.count;
  }

  get pending(): number {
    return this.#outbox.size;
  }

  readonly on: Outbox['on'] = (event, listener) => this.#outbox.on(event, listener);

  /** Returns the session; null if there is none, or it was destroyed. */
  async get(sid: string): Promise<unknown> {
    if (this.#destroyed.has(sid)) return null;
    const pending = this.#pendingCopy(sid);
    if (pending !== undefined) return JSON.parse(pending.json);
    if (this.#recentTimeout.isRecent || !readsAvailable(this.#resilience)) return this.#fromCopy(sid);
    const wasRestoreDue = this.#restore.isDue;
    let data: unknown;
    let leftMs: number | undefined;
    try {
      const resumed = wasRestoreDue ? this.#contact.resume() : undefined;
      [data, leftMs] = await this.#bounded(
        Promise.all([this.#backend.get(sid), this.#life.leftMs(sid), resumed]),
      );
      if (isNothing(data)) return await this.#bounded(this.#fromCopyIfLost(sid, wasRestoreDue));
    } catch (error) {
      const mayUseCopy = isAway(error) || isRefusedForNow(error) || !readsAvailable(this.#resilience);
      if (mayUseCopy) return this.#fromCopy(sid);
      throw error;
    }
    if (this.#destroyed.has(sid)) return null;
    const copy = this.#copyOf(data, undefined, this.#contact.era);
    const endsAt = leftMs === undefined ? Infinity : this.#settings.clock.wallNow() + leftMs;
    this.#copies.keep(sid, { ...copy, expiresAt: Math.min(copy.expiresAt, endsAt) });
    return data;
  }

  async set(sid: string, data: unknown, leftMs?: number): Promise<void> {
    await this.#write('session.set', sid, data, leftMs);
  }

  async touch(sid: string, data: unknown, leftMs?: number): Promise<void> {
    // If a write of the session is pending, the store may not have the session yet, so the session is set, not touched.
    const isPending = this.#pendingCopy(sid) !== undefined;
    await this.#write(isPending ? 'session.set' : 'session.touch', sid, data, leftMs);
  }

  async destroy(sid: string): Promise<void> {
    const wallNow = this.#settings.clock.wallNow();
    const copy = this.#copies.get(sid, wallNow);
    this.#destroyed.add(sid);
    this.#copies.drop(sid);
    await this.#outbox.add('session.destroy', [sid, copy?.expiresAt ?? wallNow]);
  }

  /**
   * Destroys every session: in the store, in local copies and in pending writes. Fails while the store is unavailable.
   */
  async clear(): Promise<void> {
    await this.#outbox.ready();
    const stored = (await this.#backend.sids?.()) ?? [];
    const sids = [...new Set([...stored, ...this.#copies.sids(), ...this.#outbox.keptKeys()])];
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

  async #write(command: string, sid: string, data: unknown, leftMs: number | undefined): Promise<void> {
    if (this.#destroyed.has(sid)) return;
    const before = this.#copies.get(sid, this.#settings.clock.wallNow());
    const copy = this.#copyOf(data, leftMs, before?.seenIn);
    this.#copies.keep(sid, copy);
    await this.#outbox.add(command, [sid, copy.json, copy.expiresAt, copy.seenIn ?? '', this.#contact.era]);
  }

  // Called when the store does not have the session: either the session was lost with the server's data, or it was
  // destroyed or has expired. Returns a lost session from its local copy; otherwise null.
  async #fromCopyIfLost(sid: string, wasRestoreDue: boolean): Promise<unknown> {
    const copy = this.#copies.get(sid, this.#settings.clock.wallNow());
    if (copy === undefined || this.#destroyed.has(sid)) return null;
    await (wasRestoreDue || this.#restore.isDue ? this.#contact.resume() : this.#contact.noteMissing());
    if (this.#contact.wasLost(copy.seenIn)) return this.#fromCopy(sid);
    this.#copies.drop(sid);
    return null;
  }

  #fromCopy(sid: string): unknown {
    const copy = this.#copies.get(sid, this.#settings.clock.wallNow());
    return copy === undefined ? null : JSON.parse(copy.json);
  }

  // Returns the session that a pending write would store. Returns undefined if the session has expired, because an
  // expired session is never stored.
  #pendingCopy(sid: string): Pick<SessionCopy, 'json'> | undefined {
    const kept = this.#outbox.lastKept(sid);
    if (kept?.command !== 'session.set') return undefined;
    const [, json, expiresAt] = kept.args;
    if (Number(String(expiresAt)) <= this.#settings.clock.wallNow()) return undefined;
    return { json: String(json) };
  }

  #copyOf(data: unknown, leftMs: number | undefined, seenIn: string | undefined): SessionCopy {
    const json = JSON.stringify(data);
    const wallNow = this.#settings.clock.wallNow();
    const expiresAt = leftMs === undefined ? this.#expiryOf(JSON.parse(json)) : wallNow + leftMs;
    return { json, expiresAt, seenIn };
  }

  // Returns the time at which a session expires. express-session records this time in `cookie.expires`, koa-session in
  // `_expire`.
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
      this.#recentTimeout.record();
      this.#outbox.noteTimeout();
      return tooLate('The session store', timeoutMs);
    });
  }
}

function isNothing(data: unknown): data is null | undefined {
  return data === null || data === undefined;
}
