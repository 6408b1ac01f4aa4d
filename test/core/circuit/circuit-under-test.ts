import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import type { CircuitChange } from '../../../packages/core/src/circuit/circuit.ts';
import { circuitDefaults } from '../../../packages/core/src/options/circuit-settings.ts';
import type { CircuitSettings } from '../../../packages/core/src/options/circuit-settings.ts';

/** A circuit on a manual clock, with methods for what tests do to it. */
export class CircuitUnderTest {
  readonly circuit: Circuit;
  readonly changes: CircuitChange[] = [];
  readonly settings: CircuitSettings;
  now: number;

  constructor(options: Partial<CircuitSettings> = {}, jitter = 0, startAt = 1_000_000) {
    this.now = startAt;
    this.settings = { ...circuitDefaults, ...options };
    this.circuit = new Circuit(this.settings, {
      clock: { now: () => this.now },
      random: () => jitter,
      deadlineMs: 1_000,
      onChange: (change) => this.changes.push(change),
    });
  }

  travel(ms: number): void {
    this.now += ms;
  }

  admit(): number {
    return this.circuit.admit(this.now);
  }

  succeed(calls = 1, durationMs = 1): void {
    for (let call = 0; call < calls; call++) this.circuit.succeeded(this.admit(), durationMs, this.now);
  }

  fail(calls = 1): void {
    for (let call = 0; call < calls; call++) this.circuit.failed(this.admit(), undefined, this.now);
  }

  open(): void {
    this.circuit.trip('connection-reset', this.now);
  }

  halfOpen(): void {
    this.open();
    this.circuit.enterHalfOpen(this.now);
  }

  get path(): string[] {
    return this.changes.map(({ to }) => to);
  }
}
