import type { Lane } from '@redis-resilience/core';
import type { Point } from './counts.ts';
import { commandBounds, Durations } from './durations.ts';
import { commandChannel, type CommandMessage } from './messages.ts';
import {
  commandOutcome,
  commandOutcomes,
  rejectionReason,
  rejectionReasons,
  type CommandOutcome,
  type RejectionReason,
} from './outcome.ts';

export const lanes = ['read', 'write'] as const satisfies readonly Lane[];

/** What became of the commands of one lane, since counting began. */
export class LaneTally {
  /** Of commands that were sent: until their answer, or until they were given up. */
  readonly durations = new Durations(commandBounds);
  /** How long commands waited that were never sent in the end. */
  readonly waits = new Durations(commandBounds);
  readonly outcomes: Record<CommandOutcome, number> = {
    ok: 0,
    refused: 0,
    rejected: 0,
    timeout: 0,
    unknown: 0,
  };
  readonly rejections: Record<RejectionReason, number> = {
    unavailable: 0,
    circuit: 0,
    overloaded: 0,
    budget: 0,
    watch: 0,
  };

  count({ outcome, durationMs, attempts }: CommandMessage): void {
    if (outcome === 'ok') this.outcomes.ok++;
    else this.#countFailure(outcome);
    if (attempts > 0) this.durations.record(durationMs);
    else this.waits.record(durationMs);
  }

  #countFailure(code: string): void {
    this.outcomes[commandOutcome(code)]++;
    const reason = rejectionReason(code);
    if (reason !== undefined) this.rejections[reason]++;
  }
}

/**
 * Counts the commands of one connection. It runs on every command while somebody counts: an addition and a comparison
 * or two, and nothing is allocated.
 */
export class CommandTally {
  readonly read = new LaneTally();
  readonly write = new LaneTally();
  readonly #connection: string;
  #isCounting = false;

  /** `connection`: the name of the resilience. */
  constructor(connection: string) {
    this.#connection = connection;
  }

  start(): void {
    if (!this.#isCounting) commandChannel.subscribe(this.#onCommand);
    this.#isCounting = true;
  }

  stop(): void {
    commandChannel.unsubscribe(this.#onCommand);
    this.#isCounting = false;
  }

  *outcomes(): Iterable<Point> {
    for (const lane of lanes) {
      for (const outcome of commandOutcomes) {
        yield { labels: { lane, outcome }, value: this[lane].outcomes[outcome] };
      }
    }
  }

  *rejections(): Iterable<Point> {
    for (const lane of lanes) {
      for (const reason of rejectionReasons) {
        yield { labels: { lane, reason }, value: this[lane].rejections[reason] };
      }
    }
  }

  readonly #onCommand = (message: unknown): void => {
    const command = message as CommandMessage;
    if (command.connection !== this.#connection) return;
    (command.lane === 'read' ? this.read : this.write).count(command);
  };
}
