import { createRandom, ManualClock } from '@redis-resilience/testing';
import type { CauseCode } from '../../../packages/core/src/cause.ts';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import type { ProtectedClient } from '../../../packages/core/src/connection/protected-client.ts';
import type { DatabaseInUse } from '../../../packages/core/src/database-report.ts';
import type { DatabaseSwitch } from '../../../packages/core/src/databases/database-switch.ts';
import { EventHub } from '../../../packages/core/src/observability/event-hub.ts';
import type { ResilienceEvents } from '../../../packages/core/src/observability/events.ts';
import { History } from '../../../packages/core/src/observability/history.ts';
import type { CircuitOptions } from '../../../packages/core/src/options/options.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import { Isolations } from '../../../packages/core/src/resilience/isolations.ts';
import { ProtectedClients } from '../../../packages/core/src/resilience/protected-clients.ts';
import { SnapshotKeeper } from '../../../packages/core/src/resilience/snapshot-keeper.ts';
import type { ConnectionState, Lane } from '../../../packages/core/src/snapshot.ts';

/** Core's `SnapshotKeeper` with one client, whose connection state the test sets. */
export class KeeperStage {
  readonly clock = new ManualClock({ nowMs: 1_000, wallMs: 50_000 });
  readonly events = new EventHub<ResilienceEvents>();
  readonly history = new History();
  readonly client = {
    state: 'idle' as ConnectionState,
    cause: undefined as CauseCode | undefined,
    writesHeldBy: undefined as CauseCode | undefined,
    partlyAwayBy: undefined as CauseCode | undefined,
  };
  /** The database in use, if there are several. */
  readonly databases = { summary: undefined as DatabaseInUse | undefined };
  readonly isolations: Isolations;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly keeper: SnapshotKeeper;
  /** The events so far, in order. */
  readonly told: { readonly event: 'change' | 'outage' | 'recovered'; readonly payload: never }[] = [];
  retryAfterMs: Readonly<Record<Lane, number | undefined>> = { read: 70, write: 90 };

  constructor({ circuit = {}, state = 'idle' }: { circuit?: CircuitOptions; state?: ConnectionState } = {}) {
    const { clock } = this;
    this.client.state = state;
    const settings = resolveSettings({ name: 'shop', circuit });
    const circuitOf = (): Circuit =>
      new Circuit(settings.circuit, {
        clock,
        random: createRandom(1),
        deadlineMs: 1_000,
        onChange: () => this.keeper.refresh(),
      });
    this.circuits = { read: circuitOf(), write: circuitOf() };
    const clients = new ProtectedClients(this.client as unknown as ProtectedClient, {
      databases: this.databases as unknown as DatabaseSwitch,
      wake: () => undefined,
      reauthenticate: () => Promise.resolve(),
      places: () => {
        throw new Error('nobody leases here');
      },
      closeSockets: () => Promise.resolve(),
      release: () => undefined,
    });
    const subject = {
      name: 'shop',
      settings,
      clock,
      circuits: this.circuits,
      retryAfterMs: (lane: Lane) => this.retryAfterMs[lane],
    };
    this.isolations = new Isolations('shop', this.circuits, () => this.keeper.refresh());
    this.keeper = new SnapshotKeeper(subject, clients, this.isolations, this.events, this.history);
    for (const event of ['change', 'outage', 'recovered'] as const)
      this.events.on(event, (payload) => this.told.push({ event, payload: payload as never }));
  }

  static up(circuit: CircuitOptions = {}): KeeperStage {
    const stage = new KeeperStage({ circuit });
    stage.move('ready');
    stage.told.length = 0;
    return stage;
  }

  /** Changes the state of the connection, and notifies the `SnapshotKeeper`. */
  move(state: ConnectionState, cause?: CauseCode): void {
    this.client.state = state;
    this.client.cause = cause;
    this.keeper.refresh();
  }

  get names(): string[] {
    return this.told.map(({ event }) => event);
  }

  payloadsOf<Event extends 'change' | 'outage' | 'recovered'>(name: Event): ResilienceEvents[Event][] {
    return this.told.filter(({ event }) => event === name).map(({ payload }) => payload);
  }
}
