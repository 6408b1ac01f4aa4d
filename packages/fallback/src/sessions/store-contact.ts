import type { CauseCode, RedisResilience, RedisSnapshot } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import { judgeLineage, lineageOf, type DataLineage } from './data-lineage.ts';
import type { SessionSettings } from './session-options.ts';

// With these a server answers nobody, so that no session was destroyed there meanwhile. With any other cause it may
// have served others.
const causesOfDeadServers: ReadonlySet<CauseCode> = new Set([
  'connection-refused',
  'connection-reset',
  'loading',
]);

/**
 * The contact of this instance with the data of the store, in eras: a new one begins whenever the server was away, and
 * when its database was flushed. A session that was last seen in an earlier era may be given back only when each era
 * since ended with a loss of data that the identity of the server proves, and in which this instance missed nothing.
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

  /** The present era, to be kept with what the store has just confirmed. */
  get era(): string {
    return `${this.#id}/${this.#era}`;
  }

  /** Wall clock when the present contact began. */
  get since(): number {
    return this.#since;
  }

  /** Whether data that was seen in that era, and is missing now, was lost and not destroyed. */
  wasLost(seenIn: string | undefined): boolean {
    const [id, number] = seenIn?.split('/') ?? [];
    if (id !== this.#id) return false;
    return Number(number) >= this.#givesBackFrom && Number(number) < this.#era;
  }

  /** The server is away, or this instance cut off. */
  noteAway({ cause }: RedisSnapshot): void {
    if (!this.#isAway) {
      this.#isAway = true;
      this.#absences++;
      this.#resuming = undefined;
    }
    if (cause !== undefined && !causesOfDeadServers.has(cause.code)) this.#mayHaveMissed = true;
  }

  /**
   * Another database is in use. Where the one before still serves others, sessions may be destroyed there unseen, so that
   * none is given back.
   */
  noteOtherDatabase(): void {
    if (!this.#isAway) this.#mayHaveMissed = true;
    this.#absences++;
    this.#resuming = undefined;
  }

  /** The server answers again. */
  noteBack(): void {
    this.#isAway = false;
  }

  /** This instance may have missed that sessions were destroyed; the data is as it was. */
  noteMissed(): void {
    this.#beginEra(false);
  }

  /**
   * Finds out, once after each absence, whether the data is that of the earlier contact.
   *
   * @throws an error of core while Redis is away
   */
  resume(): Promise<void> {
    this.#resuming ??= this.#resume().catch((error: unknown) => {
      this.#resuming = undefined;
      throw error;
    });
    return this.#resuming;
  }

  /** A session is missing without a known reason. With another witness, or none, the database was flushed. */
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
    // Its answers may be those of two servers: asked again.
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

  // In a Cluster each node has a history of its own, and nothing says which node a store of sessions asks.
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

  // Not below the prefix: the store would list it as a session.
  get #witnessKey(): string {
    return `witness:${this.#settings.prefix}`;
  }
}
