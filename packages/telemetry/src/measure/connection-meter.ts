import type { RedisResilience } from '@redis-resilience/core';
import { lanes, type CommandTotals } from './command-points.ts';
import { Counts } from './counts.ts';
import { Durations, outageBounds } from './durations.ts';
import { outboxChannel, type OutboxMessage } from './channels.ts';
import { OperationTally } from './operation-tally.ts';

/** Counts the events of one connection from its construction until {@link close}. */
export class ConnectionMeter {
  readonly resilience: RedisResilience;
  readonly operations: OperationTally;
  readonly outages = new Counts(['cause']);
  readonly outageDurations = new Durations(outageBounds);
  readonly attempts = new Counts(['cause'], [['none']]);
  readonly retries = new Counts(['outcome'], [['not-applied'], ['unknown']]);
  readonly circuitChanges = new Counts(
    ['lane', 'to'],
    lanes.flatMap((lane) => ['closed', 'open', 'half-open', 'isolated'].map((state) => [lane, state])),
  );
  readonly wouldRefuse = new Counts(['lane'], [['read'], ['write']]);
  readonly databaseChanges = new Counts(['to', 'reason']);
  readonly gaps = new Counts([], [[]]);
  readonly freezes = new Counts(['kind'], [['frozen'], ['suspended'], ['blocked']]);
  readonly outboxEvents = new Counts(['event'], [['kept'], ['replayed'], ['dropped'], ['dead']]);
  readonly #stops: readonly (() => void)[];

  constructor(resilience: RedisResilience) {
    this.resilience = resilience;
    this.operations = new OperationTally(resilience.name);
    this.operations.start();
    outboxChannel.subscribe(this.#onOutbox);
    this.#stops = [
      resilience.on('outage', ({ cause }) => this.outages.add([cause.code])),
      resilience.on('recovered', ({ outageMs }) => this.outageDurations.record(outageMs)),
      resilience.on('attempt', ({ cause }) => this.attempts.add([cause ?? 'none'])),
      resilience.on('retry', ({ outcome }) => this.retries.add([outcome])),
      resilience.on('circuit-change', ({ lane, to }) => this.circuitChanges.add([lane, to])),
      resilience.on('would-refuse', ({ lane }) => this.wouldRefuse.add([lane])),
      resilience.on('database-change', ({ to, reason }) => this.databaseChanges.add([to, reason])),
      resilience.on('gap', () => this.gaps.add([])),
      resilience.on('thaw', ({ kind }) => this.freezes.add([kind])),
    ];
  }

  /**
   * Number of commands by lane (read or write) and outcome. Core counts the commands, so those before the creation of
   * the meter are included.
   */
  get commands(): CommandTotals {
    return this.resilience.detail().commands;
  }

  /** Stops counting. The counts can still be read after this call. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.operations.stop();
    outboxChannel.unsubscribe(this.#onOutbox);
  }

  readonly #onOutbox = (message: unknown): void => {
    const { connection, type } = message as OutboxMessage;
    if (connection !== this.resilience.name) return;
    if (type === 'kept' || type === 'replayed' || type === 'dropped' || type === 'dead') {
      this.outboxEvents.add([type]);
    }
  };
}
