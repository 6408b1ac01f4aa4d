import type { TracingChannelSubscribers } from 'node:diagnostics_channel';
import { lanes } from './command-points.ts';
import { Counts } from './counts.ts';
import { commandBounds, Durations } from './durations.ts';
import { operationChannel, type OperationMessage } from './channels.ts';
import { operationOutcome, operationOutcomes } from './outcome.ts';

/** Counts the `execute` calls of one connection by outcome, and records their durations. */
export class OperationTally {
  readonly outcomes = new Counts(
    ['lane', 'outcome'],
    lanes.flatMap((lane) => operationOutcomes.map((outcome) => [lane, outcome])),
  );
  readonly read = new Durations(commandBounds);
  readonly write = new Durations(commandBounds);
  readonly #connection: string;

  /** `connection` is the name of the connection. */
  constructor(connection: string) {
    this.#connection = connection;
  }

  start(): void {
    operationChannel.subscribe(this.#subscribers);
  }

  stop(): void {
    operationChannel.unsubscribe(this.#subscribers);
  }

  readonly #onEnd = (message: OperationMessage): void => {
    if (message.connection !== this.#connection) return;
    const { lane, usedFallback, error, durationMs } = message;
    this.outcomes.add([lane, operationOutcome(usedFallback, error)]);
    this[lane].record(durationMs);
  };

  readonly #subscribers: TracingChannelSubscribers<OperationMessage> = {
    start: ignore,
    end: ignore,
    asyncStart: ignore,
    asyncEnd: this.#onEnd,
    error: ignore,
  };
}

function ignore(): void {
  // Does nothing; Node's types require a subscriber for each of the five events of a tracing channel.
}
