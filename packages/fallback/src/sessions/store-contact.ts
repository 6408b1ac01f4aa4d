import type { CauseCode, RedisResilience, RedisSnapshot } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import { judgeLineage, lineageOf, type DataLineage } from './data-lineage.ts';
import type { SessionSettings } from './session-options.ts';

// Causes of an outage during which the server served no client at all, so that no session can have been destroyed
// there. During an outage with any other cause, the server may have served other clients.
const causesOfDeadServers: ReadonlySet<CauseCode> = new Set([
  'connection-refused',
  'connection-reset',
  'loading',
]);

/**
 * Distinguishes sessions that were lost with the server's data from sessions that were destroyed. Time is divided into
 * eras: a new era begins after each outage, and when the database was flushed. A session that was last seen in an
 * earlier era may be restored only if every era since then ended with a loss of data. A loss of data counts only if
 * `judgeLineage` proves it, and if the server served no other clients during the outage, because they may have
 * destroyed sessions.
 */
export class StoreContact {
  readonly #resilience: RedisResilience;
  readonly #settings: SessionSettings;
  readonly #id: string;
  #known: DataLineage | undefined;
  #witness: string | undefined;
  #era = 0;
  #givesBackFrom = 0;
  #since: number;
  #mayHaveMissed = false;
  #isAway = false;
  #absences = 0;
  #resuming: Promise<void> | undefined;

  constructor(resilience: RedisResilience, settings: SessionSettings) {
    this.#resilience = resilience;
    this.#settings = settings;
    this.#id = settings.random().toString(36).slice(2, 12);
    this.#since = settings.clock.wallNow();
  }

  /** Identifies the current era. Each session is recorded with the era in which the store last confirmed it. */
  get era(): string {
    return `${this.#id}/${this.#era}`;
  }

  /** Wall-clock time at which the current contact with the server began. */
  get since(): number {
    return this.#since;
  }

  /**
   * Whether a session that the store last confirmed in the era `seenIn`, and that is missing now, was lost rather than
   * destroyed.
   */
  wasLost(seenIn: string | undefined): boolean {
    const [id, number] = seenIn?.split('/') ?? [];
    if (id !== this.#id || !this.#settings.restoreLost) return false;
    return Number(number) >= this.#givesBackFrom && Number(number) < this.#era;
  }

  /** Must be called when the server is unavailable, or this instance is cut off from it. */
  noteAway({ cause }: RedisSnapshot): void {
    if (!this.#isAway) {
      this.#isAway = true;
      this.#absences++;
      this.#resuming = undefined;
    }
    if (cause !== undefined && !causesOfDeadServers.has(cause.code)) this.#mayHaveMissed = true;
  }

  /**
   * Must be called when another database has come into use. If the previous database was still available, other clients
   * may destroy sessions there without this instance noticing, so no session is restored.
   */
  noteOtherDatabase(): void {
    if (!this.#isAway) this.#mayHaveMissed = true;
    this.#absences++;
    this.#resuming = undefined;
  }

  /** Must be called when the server replies again. */
  noteBack(): void {
    this.#isAway = false;
  }

  /**
   * Must be called when sessions may have been destroyed without this instance noticing. A session that was last seen
   * before this call is never restored after it.
   */
  noteMissed(): void {
    this.#beginEra(false);
  }

  /**
   * After each outage, checks once whether the server still has the data that it had before the outage.
   *
   * @throws an error of `@redis-resilience/core` while Redis is unavailable
   */
  resume(): Promise<void> {
    this.#resuming ??= this.#resume().catch((error: unknown) => {
      this.#resuming = undefined;
      throw error;
    });
    return this.#resuming;
  }

  /**
   * Must be called when a session is missing for no known reason. Reads the witness key (see `judgeLineage`): if its
   * value has changed or is missing, the database was flushed.
   */
  async noteMissing(): Promise<void> {
    const known = this.#known;
    if (known === undefined) return;
    const before = this.#witness;
    await this.#readWitness(known);
    if (this.#witness === before || this.#known !== known) return;
    this.noteMissed();
  }

  async #resume(): Promise<void> {
    const absences = this.#absences;
    const present = await this.#ask();
    const found = present === undefined ? null : await this.#resilience.client.get(this.#witnessKey);
    if (present !== undefined) await this.#readWitness(present);
    // If there was another outage between the replies to INFO and GET, they may come from different servers, so both
    // are requested again.
    if (absences !== this.#absences) return this.resume();
    const isLost = judgeLineage(this.#known, present, found) === 'lost' && !this.#mayHaveMissed;
    this.#known = present;
    this.#mayHaveMissed = false;
    this.#since = this.#settings.clock.wallNow();
    this.#beginEra(isLost);
  }

  async #readWitness({ replicationId }: DataLineage): Promise<void> {
    const { client } = this.#resilience;
    const own = `${replicationId}/${this.#settings.random().toString(36).slice(2)}`;
    const answers = await Promise.all([
      client.set(this.#witnessKey, own, 'NX'),
      client.get(this.#witnessKey),
    ]);
    this.#witness = answers[1] ?? undefined;
  }

  #beginEra(isLost: boolean): void {
    this.#era++;
    if (!isLost) this.#givesBackFrom = this.#era;
  }

  // Returns undefined if the server refuses INFO, and for a Cluster: each node has its own history, and it is not known
  // which node a session store uses.
  async #ask(): Promise<DataLineage | undefined> {
    const { client } = this.#resilience;
    if ('nodes' in client) return undefined;
    try {
      return lineageOf(`${await client.info('server')}\n${await client.info('replication')}`);
    } catch (error) {
      if (isAway(error)) throw error;
      return undefined;
    }
  }

  // The witness key does not begin with the prefix: otherwise, the store would list the key as a session.
  get #witnessKey(): string {
    return `witness:${this.#settings.prefix}`;
  }
}
