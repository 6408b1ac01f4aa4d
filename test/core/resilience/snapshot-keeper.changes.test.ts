import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KeeperStage } from './keeper-stage.ts';

describe('a change', () => {
  it('is told with the picture before it, link by link', () => {
    const stage = new KeeperStage();
    const initial = stage.keeper.snapshot();
    stage.move('connecting');
    stage.move('connecting', 'connection-refused');
    stage.move('ready');
    stage.move('reconnecting', 'connection-reset');
    stage.move('ready');
    const changes = stage.payloadsOf('change');
    expect(changes.map(({ snapshot }) => snapshot.connection)).toEqual([
      'connecting',
      'connecting',
      'ready',
      'reconnecting',
      'ready',
    ]);
    expect(changes[0]?.previous).toBe(initial);
    for (const [index, { previous }] of changes.entries())
      if (index > 0) expect(previous).toBe(changes[index - 1]?.snapshot);
    expect(changes.at(-1)?.snapshot).toBe(stage.keeper.snapshot());
  });

  it('is told of each thing that may change, once', () => {
    const stage = KeeperStage.up();
    stage.client.writesHeldBy = 'read-only';
    stage.keeper.refresh();
    stage.keeper.refresh();
    stage.client.writesHeldBy = undefined;
    stage.client.partlyAwayBy = 'stalled';
    stage.keeper.refresh();
    stage.client.partlyAwayBy = 'connection-refused';
    stage.keeper.refresh();
    expect(stage.names).toEqual(['outage', 'change', 'change', 'change']);
    expect(stage.payloadsOf('change').map(({ snapshot }) => snapshot.cause?.code)).toEqual([
      'read-only',
      'stalled',
      'connection-refused',
    ]);
  });

  it.each([
    ['its circuit for reads', 'read'],
    ['its circuit for writes', 'write'],
  ] as const)('of %s alone is told of', (_what, lane) => {
    const stage = KeeperStage.up({ mode: 'observe' });
    stage.circuits[lane].trip('slow', stage.clock.now());
    expect(stage.names).toEqual(['change']);
    expect(stage.payloadsOf('change')[0]?.snapshot).toMatchObject({
      status: 'up',
      circuit: { [lane]: 'open' },
    });
  });

  it('from reads to writes within one status is told of', () => {
    const stage = KeeperStage.up();
    const { read, write } = stage.circuits;
    read.trip('slow', stage.clock.now());
    stage.told.length = 0;
    // Delays the refresh of the snapshot until the circuits for reads and for writes have both changed.
    const refresh = stage.keeper.refresh.bind(stage.keeper);
    stage.keeper.refresh = () => undefined;
    read.close(stage.clock.now());
    write.trip('slow', stage.clock.now());
    stage.keeper.refresh = refresh;
    stage.keeper.refresh();
    expect(stage.payloadsOf('change')).toMatchObject([
      { snapshot: { status: 'degraded', reads: true, writes: false } },
    ]);
  });

  it('is told over the channel of that name, to those who listen', () => {
    const stage = KeeperStage.up();
    const messages: unknown[] = [];
    const listener = (message: unknown): void => void messages.push(message);
    stage.move('stalled', 'stalled');
    subscribe('redis-resilience:status', listener);
    onTestFinished(() => void unsubscribe('redis-resilience:status', listener));
    const previous = stage.keeper.snapshot();
    stage.move('ready');
    expect(messages).toEqual([{ previous, snapshot: stage.keeper.snapshot() }]);
  });

  it('of the status is remembered, with how long the one before it lasted', () => {
    const stage = new KeeperStage();
    stage.clock.travel(100);
    stage.move('ready');
    stage.clock.travel(2_000);
    stage.move('reconnecting', 'connection-reset');
    stage.clock.travel(300);
    stage.move('reconnecting', 'connection-refused');
    stage.clock.travel(200);
    stage.move('ready');
    expect(stage.history.list()).toEqual([
      { kind: 'status', at: new Date(50_100), from: 'down', to: 'up', cause: undefined, durationMs: 100 },
      {
        kind: 'status',
        at: new Date(52_100),
        from: 'up',
        to: 'down',
        cause: 'connection-reset',
        durationMs: 2_000,
      },
      {
        kind: 'status',
        at: new Date(52_600),
        from: 'down',
        to: 'up',
        cause: 'connection-refused',
        durationMs: 500,
      },
    ]);
  });
});

describe('an outage', () => {
  it('is told once, before the change, and its end with its length and first cause', () => {
    const stage = KeeperStage.up();
    stage.clock.travel(10);
    stage.move('stalled', 'stalled');
    const { cause } = stage.keeper.snapshot();
    stage.clock.travel(1_000);
    stage.move('reconnecting', 'connection-refused');
    stage.client.partlyAwayBy = 'stalled';
    stage.clock.travel(500);
    stage.move('ready');
    stage.client.partlyAwayBy = undefined;
    stage.clock.travel(250);
    stage.move('ready');
    expect(stage.names).toEqual(['outage', 'change', 'change', 'change', 'recovered', 'change']);
    const [outage] = stage.payloadsOf('outage');
    expect(outage).toMatchObject({ cause, snapshot: { status: 'down', outages: 1 } });
    expect(outage?.snapshot).toBe(stage.payloadsOf('change')[0]?.snapshot);
    expect(stage.payloadsOf('recovered')).toEqual([
      { outageMs: 1_750, cause, snapshot: stage.keeper.snapshot() },
    ]);
    expect(stage.keeper.snapshot().outages).toBe(1);
  });

  it('is counted each time', () => {
    const stage = KeeperStage.up();
    for (let outage = 0; outage < 3; outage++) {
      stage.move('reconnecting', 'connection-reset');
      stage.move('ready');
    }
    expect([stage.keeper.snapshot().outages, stage.payloadsOf('recovered').length]).toEqual([3, 3]);
    expect(stage.payloadsOf('outage').map(({ snapshot }) => snapshot.outages)).toEqual([1, 2, 3]);
  });

  it('is none while the first connection is made, until there is a reason why it is not', () => {
    const stage = new KeeperStage();
    stage.move('connecting');
    stage.move('ready');
    expect(stage.names).toEqual(['change', 'change']);
    const other = new KeeperStage();
    other.move('connecting');
    other.move('connecting', 'connection-refused');
    other.move('ready');
    expect(other.names).toEqual(['change', 'outage', 'change', 'recovered', 'change']);
    expect(other.keeper.snapshot().outages).toBe(1);
  });

  it('is none when the application closes the client', () => {
    const stage = KeeperStage.up();
    stage.move('ended');
    expect(stage.names).toEqual(['change']);
    expect(stage.keeper.snapshot()).toMatchObject({ status: 'down', outages: 0, cause: { code: 'closed' } });
    stage.move('connecting');
    stage.move('ready');
    expect(stage.names).not.toContain('recovered');
  });

  it('of a client that was up when it was protected is one', () => {
    const stage = new KeeperStage({ state: 'ready' });
    stage.move('reconnecting', 'connection-reset');
    expect(stage.names).toEqual(['outage', 'change']);
  });
});
