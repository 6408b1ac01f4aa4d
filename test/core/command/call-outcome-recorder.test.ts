import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import { RetryBudget } from '../../../packages/core/src/circuit/retry-budget.ts';
import { CallOutcomeRecorder } from '../../../packages/core/src/command/call-outcome-recorder.ts';
import { onSlowPath, type SlowCall } from '../../../packages/core/src/command/call.ts';
import type { Fail } from '../../../packages/core/src/command/decide.ts';
import { CommandTimeoutError, RedisUnavailableError } from '../../../packages/core/src/errors.ts';
import { ProcessStallDetector } from '../../../packages/core/src/event-loop/process-stall-detector.ts';
import { EventHub } from '../../../packages/core/src/observability/event-hub.ts';
import type { ResilienceEvents } from '../../../packages/core/src/observability/events.ts';
import { History } from '../../../packages/core/src/observability/history.ts';
import type { ResilienceOptions } from '../../../packages/core/src/options/options.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import { Flush } from '../../../packages/core/src/event-loop/flush.ts';
import type { OperationMessage } from '../../../packages/core/src/verbs/operation.ts';
import { RequestBudget } from '../../../packages/core/src/verbs/request-budget.ts';
import { batchOf, callOf, replyError } from './call-of.ts';

function setUp(options: ResilienceOptions = {}): {
  clock: ManualClock;
  recorder: CallOutcomeRecorder;
  circuits: { read: Circuit; write: Circuit };
  retryBudget: RetryBudget;
  stallDetector: ProcessStallDetector;
  events: EventHub<ResilienceEvents>;
  history: History;
} {
  const clock = new ManualClock({ nowMs: 1_000 });
  const settings = resolveSettings({ random: () => 0.5, ...options, clock });
  const circuitOf = (): Circuit =>
    new Circuit(settings.circuit, {
      clock,
      random: settings.random,
      deadlineMs: 1_000,
      onChange: () => undefined,
    });
  const events = new EventHub<ResilienceEvents>();
  const records = {
    settings,
    circuits: { read: circuitOf(), write: circuitOf() },
    retryBudget: new RetryBudget({ now: () => clock.now() }),
    stallDetector: new ProcessStallDetector(clock, () => undefined),
    events,
    history: new History(),
    pendingCalls: () => 12,
  };
  return { clock, recorder: new CallOutcomeRecorder(records), ...records };
}

/** A call that was sent once at `sentAt`, before its circuit had changed its state. */
function sentCall(name: string, sentAt = 1_000, sends = 1): ReturnType<typeof callOf> {
  const call = callOf(name, 'a', '1');
  call.sent = new Flush(sentAt, 1, 1);
  call.sends = sends;
  return call;
}

const slowly = (call: ReturnType<typeof callOf>, issuedAt: number, blockingMs?: number): SlowCall =>
  onSlowPath(call, { issuedAt, allowedMs: 1_000, blockingMs });

const timeout = new CommandTimeoutError('too late', { reason: 'slow', outcome: 'unknown' });
const unavailable = new RedisUnavailableError('away', { reason: 'dns', outcome: 'not-applied' });
const failing: Fail = {
  kind: 'fail',
  failure: { kind: 'as-is', error: timeout },
  counts: 'nothing',
  cause: undefined,
  tells: 'error',
  isRetryBudgetSpent: false,
};

describe('a success', () => {
  it('counts in the circuit of its lane, and in the totals, with the time it took', () => {
    const { recorder, circuits, clock } = setUp({ circuit: { slowMs: 50, minCalls: 2 } });
    clock.travel(60);
    recorder.succeeded(sentCall('get'), 1_060);
    recorder.succeeded(sentCall('get'), 1_060);
    expect(circuits.read.cause).toBe('slow');
    expect(circuits.write.state).toBe('closed');
    expect(recorder.totals.read.results.ok).toBe(2);
    expect(recorder.totals.read.durations).toMatchObject({ count: 2, sumMs: 120 });
    expect(recorder.totals.write.durations.count).toBe(0);
  });

  it('counts for nothing in its circuit when that has another generation by then', () => {
    const { recorder, circuits } = setUp({ circuit: { slowMs: 50, minCalls: 1 } });
    for (const [name, read, write] of [
      ['get', 0, 1],
      ['set', 1, 0],
    ] as const) {
      const call = sentCall(name);
      call.sent = new Flush(1_000, read, write);
      recorder.succeeded(call, 1_060);
    }
    expect([circuits.read.state, circuits.write.state]).toEqual(['closed', 'closed']);
    const write = sentCall('set');
    write.sent = new Flush(1_000, 0, 1);
    recorder.succeeded(write, 1_060);
    expect(circuits.write.cause).toBe('slow');
  });

  it('earns a token where the call was sent once', () => {
    const { recorder, retryBudget } = setUp();
    retryBudget.take();
    recorder.succeeded(sentCall('get'), 1_001);
    expect(retryBudget.level).toBe(96);
    recorder.succeeded(sentCall('get', 1_000, 2), 1_001);
    expect(retryBudget.level).toBe(96);
  });

  it('says nothing about the server when the command blocks, however long it took', () => {
    const { recorder, circuits, history } = setUp({ circuit: { slowMs: 50, minCalls: 1 } });
    recorder.succeeded(slowly(sentCall('blpop'), 1_000, 5_000), 6_000);
    expect(circuits.write.state).toBe('closed');
    expect(recorder.totals.write.durations.sumMs).toBe(5_000);
    expect(history.list()).toEqual([]);
  });

  it('took no time when the call was never sent', () => {
    const { recorder, circuits } = setUp({ circuit: { slowMs: 50, minCalls: 1 } });
    recorder.succeeded(callOf('get', 'a'), 5_000);
    expect(circuits.read.state).toBe('closed');
    expect(recorder.totals.read.waits).toMatchObject({ count: 1, sumMs: 0 });
  });

  it('is not blamed for the lag of our own event loop, from 20 ms on', () => {
    const { recorder, clock, stallDetector } = setUp();
    stallDetector.start();
    clock.jump(280);
    expect(stallDetector.lagMs).toBe(30);
    recorder.succeeded(sentCall('get'), 1_019);
    expect(recorder.totals.read.durations.sumMs).toBe(19);
    recorder.succeeded(sentCall('get'), 1_020);
    expect(recorder.totals.read.durations.sumMs).toBe(19);
    recorder.succeeded(sentCall('get'), 1_050);
    expect(recorder.totals.read.durations.sumMs).toBe(39);
    recorder.succeeded(sentCall('get'), 990);
    expect(recorder.totals.read.durations.sumMs).toBe(39);
    stallDetector.stop();
  });

  it('is kept in the history when it was slow', () => {
    const { recorder, history } = setUp({ slowCommandMs: 40 });
    recorder.succeeded(sentCall('get'), 1_039);
    expect(history.list()).toEqual([]);
    recorder.succeeded(sentCall('set'), 1_040);
    expect(history.list()).toEqual([
      {
        kind: 'command',
        at: new Date(Date.UTC(2026, 0, 1)),
        command: 'set',
        commands: 1,
        lane: 'write',
        keys: 1,
        bytes: 2,
        durationMs: 40,
        queue: 12,
        failure: undefined,
      },
    ]);
  });

  it('is told of a batch by its size, without MULTI and EXEC themselves', () => {
    const { recorder, history } = setUp();
    const { call } = batchOf(['multi'], ['set', 'key', 'value'], ['mget', 'a', 'b'], ['exec']);
    call.sent = new Flush(1_000, 1, 1);
    call.sends = 1;
    recorder.succeeded(call, 1_200);
    expect(history.list()).toMatchObject([
      { command: 'multi', commands: 2, keys: 3, bytes: 10, lane: 'write' },
    ]);
    const other = batchOf(['get', 'a'], ['get', 'b']).call;
    other.sends = 1;
    recorder.succeeded(other, 1_200);
    const slowPipeline = batchOf(['get', 'a'], ['nosuchcommand', 'b']).call;
    slowPipeline.sent = new Flush(1_000, 1, 1);
    slowPipeline.sends = 1;
    recorder.succeeded(slowPipeline, 1_200);
    expect(history.list()[1]).toMatchObject({ command: 'pipeline', commands: 2, keys: 1 });
  });

  it('may be an error reply: a success of the server, and a reply in the totals', () => {
    const { recorder, circuits, history, retryBudget } = setUp();
    retryBudget.take();
    recorder.failed(
      sentCall('get'),
      { ...failing, counts: 'success', tells: 'reply' },
      replyError('ERR'),
      1_200,
    );
    expect(recorder.totals.read.results).toMatchObject({ ok: 0, REPLY: 1 });
    expect(circuits.read.state).toBe('closed');
    expect(retryBudget.level).toBe(96);
    expect(history.list()).toEqual([]);
  });
});

describe('a failure', () => {
  it('counts in the circuit of its lane, with its cause', () => {
    const { recorder, circuits, clock } = setUp({ circuit: { maxConsecutiveFailures: 2 } });
    const fail = (name: string): void => {
      clock.travel(200);
      const failed = { ...failing, counts: 'failure', cause: 'slow' } as const;
      recorder.failed(sentCall(name, clock.now()), failed, timeout, clock.now());
    };
    fail('get');
    fail('set');
    expect([circuits.read.state, circuits.write.state]).toEqual(['closed', 'closed']);
    fail('set');
    expect([circuits.read.state, circuits.write.cause]).toEqual(['closed', 'slow']);
  });

  it('counts for nothing when the call was not sent, or explains itself', () => {
    const { recorder, circuits, clock, retryBudget } = setUp({ circuit: { maxConsecutiveFailures: 2 } });
    retryBudget.take();
    for (let time = 0; time < 5; time++) {
      clock.travel(200);
      recorder.failed(callOf('get', 'a'), { ...failing, counts: 'failure' }, timeout, 0);
      recorder.failed(sentCall('get'), failing, timeout, 0);
      recorder.lost(sentCall('get'), timeout);
    }
    expect(circuits.read.state).toBe('closed');
    expect(retryBudget.level).toBe(95);
    expect(recorder.totals.read.results.COMMAND_TIMEOUT).toBe(15);
  });

  it('of a call that waited for a connection for most of its time says nothing about the server', () => {
    const { recorder, circuits, clock } = setUp({ circuit: { maxConsecutiveFailures: 2 } });
    const failed = { ...failing, counts: 'failure', cause: 'slow' } as const;
    const failAfter = (waitedMs: number, inFlightMs: number): void => {
      clock.travel(1_000);
      const sentAt = clock.now() - inFlightMs;
      recorder.failed(slowly(sentCall('get', sentAt), sentAt - waitedMs), failed, timeout, clock.now());
    };
    for (let time = 0; time < 5; time++) failAfter(800, 200);
    expect(circuits.read.state).toBe('closed');
    for (let time = 0; time < 2; time++) failAfter(200, 800);
    expect(circuits.read.cause).toBe('slow');
  });

  it('has taken the time from when the call was issued, else sent, until it was given up', () => {
    const { recorder, clock } = setUp();
    clock.travel(80);
    recorder.lost(slowly(sentCall('get', 1_050), 1_010), timeout);
    expect(recorder.totals.read.durations.sumMs).toBe(70);
    recorder.lost(sentCall('get', 1_050), timeout);
    expect(recorder.totals.read.durations.sumMs).toBe(100);
    recorder.lost(callOf('get', 'a'), unavailable);
    expect(recorder.totals.read.waits).toMatchObject({ count: 1, sumMs: 0 });
  });

  it('is told once: as an event, and in the history when it was sent', () => {
    const { recorder, events, history } = setUp();
    const told: unknown[] = [];
    events.on('command-failed', (event) => told.push(event));
    recorder.lost(callOf('get', 'a'), unavailable);
    recorder.lost(sentCall('incr', 1_000, 2), timeout);
    expect(told).toEqual([
      {
        command: 'get',
        code: 'REDIS_UNAVAILABLE',
        reason: 'dns',
        outcome: 'not-applied',
        attempts: 0,
        lane: 'read',
      },
      {
        command: 'incr',
        code: 'COMMAND_TIMEOUT',
        reason: 'slow',
        outcome: 'unknown',
        attempts: 2,
        lane: 'write',
      },
    ]);
    expect(history.list()).toMatchObject([
      { command: 'incr', failure: { code: 'COMMAND_TIMEOUT', outcome: 'unknown' } },
    ]);
  });

  it('is no event and no history when it is the reply of the server', () => {
    const { recorder, events, history } = setUp();
    const told: unknown[] = [];
    events.on('command-failed', (event) => told.push(event));
    const reply = { ...failing, tells: 'reply', counts: 'failure' } as const;
    recorder.failed(sentCall('get'), reply, replyError('TRYAGAIN'), 0);
    expect([told, history.list()]).toEqual([[], []]);
    expect(recorder.totals.read.results.REPLY).toBe(1);
  });

  it('is neither counted nor told when it is a mistake of the caller', () => {
    const { recorder, clock } = setUp();
    const call = slowly(sentCall('get'), 1_000);
    const budget = new RequestBudget(100);
    budget.startWaiting(1_000);
    call.slow.requestBudget = budget;
    clock.travel(10);
    recorder.failed(call, { ...failing, tells: 'nothing' }, new Error('mistake'), 0);
    expect(recorder.totals.read.durations.count).toBe(0);
    clock.travel(500);
    expect(budget.remainingMs(clock.now())).toBe(90);
  });
});

describe('the budget of its request', () => {
  it('is spent on until the call is settled, once', () => {
    const { recorder, clock } = setUp();
    const budget = new RequestBudget(100);
    const call = slowly(sentCall('get'), 1_000);
    budget.startWaiting(1_000);
    call.slow.requestBudget = budget;
    clock.travel(30);
    recorder.succeeded(call, clock.now());
    clock.travel(500);
    expect(budget.remainingMs(clock.now())).toBe(70);
    expect(call.slow.requestBudget).toBeUndefined();
  });
});

describe('a circuit that is not closed', () => {
  it('admits a call as a trial, which is counted in its own generation', () => {
    const { recorder, circuits, clock } = setUp({ circuit: { trials: 1 } });
    const call = slowly(sentCall('get'), 1_000);
    expect(recorder.admits(call)).toBe(true);
    expect(call.slow.generation).toBeUndefined();
    circuits.read.trip('slow', clock.now());
    expect(recorder.admits(call)).toBe(false);
    clock.travel(500);
    expect(recorder.admits(call)).toBe(true);
    expect(call.slow.generation).toBe(circuits.read.generation);
    expect(recorder.admits(slowly(sentCall('get'), 1_000))).toBe(false);
    recorder.succeeded(call, 1_001);
    expect(circuits.read.state).toBe('closed');
  });

  it('gets back the slot of a trial that blocks, because its time says nothing about the server', () => {
    const { recorder, circuits, clock } = setUp({ circuit: { trials: 1 } });
    circuits.write.trip('slow', clock.now());
    clock.travel(500);
    const call = slowly(sentCall('blpop'), 1_000, 5_000);
    expect(recorder.admits(call)).toBe(true);
    recorder.succeeded(call, clock.now());
    expect(circuits.write.state).toBe('half-open');
    expect(recorder.admits(slowly(sentCall('set'), 1_000))).toBe(true);
  });

  it('opens again when a trial fails', () => {
    const { recorder, circuits, clock } = setUp({ circuit: { trials: 1 } });
    circuits.read.trip('slow', clock.now());
    clock.travel(500);
    const call = slowly(sentCall('get'), 1_000);
    recorder.admits(call);
    recorder.failed(call, { ...failing, counts: 'failure', cause: 'slow' }, timeout, 0);
    expect(circuits.read.state).toBe('open');
    expect(call.slow.generation).toBeUndefined();
  });

  it('gets back the slot of a trial that ends without a result', () => {
    const { recorder, circuits, clock } = setUp({ circuit: { trials: 1 } });
    const wayOf: Readonly<Record<string, (call: SlowCall) => void>> = {
      withdrawn: (call) => recorder.withdrawn(call),
      lost: (call) => recorder.lost(call, timeout),
      mistaken: (call) => recorder.failed(call, { ...failing, tells: 'nothing' }, timeout, 0),
    };
    circuits.write.trip('slow', clock.now());
    clock.travel(500);
    for (const [name, end] of Object.entries(wayOf)) {
      const call = slowly(sentCall('set'), 1_000);
      expect([name, recorder.admits(call)]).toEqual([name, true]);
      expect(recorder.admits(slowly(sentCall('set'), 1_000))).toBe(false);
      end(call);
      expect(call.slow.generation).toBeUndefined();
    }
    expect(circuits.write.state).toBe('half-open');
  });

  it('lets writes pass that free memory while the server is out of memory', () => {
    const { recorder, circuits, clock } = setUp();
    circuits.write.trip('out-of-memory', clock.now());
    expect(recorder.admits(slowly(sentCall('del'), 1_000))).toBe(true);
    expect(recorder.admits(slowly(sentCall('set'), 1_000))).toBe(false);
    expect(recorder.admits(batchOf(['del', 'a']).call)).toBe(false);
    circuits.write.trip('persistence', clock.now());
    expect(recorder.admits(slowly(sentCall('del'), 1_000))).toBe(false);
  });

  it('lets a patient command pass, unless the circuit is isolated by hand', () => {
    const { recorder, circuits, clock } = setUp();
    circuits.read.trip('slow', clock.now());
    const patient = slowly(sentCall('scan'), 1_000);
    expect(recorder.admits(patient)).toBe(false);
    patient.command.patienceMs = 10_000;
    expect(recorder.admits(patient)).toBe(true);
    expect(patient.slow.generation).toBeUndefined();
    circuits.read.isolate();
    expect(recorder.admits(patient)).toBe(false);
  });

  it('admits a call and tells of it in mode observe', () => {
    const { recorder, circuits, clock, events } = setUp({ circuit: { mode: 'observe' } });
    const told: unknown[] = [];
    events.on('would-refuse', (event) => told.push(event));
    const call = slowly(sentCall('set'), 1_000);
    expect(recorder.admits(call)).toBe(true);
    circuits.write.trip('slow', clock.now());
    expect(recorder.admits(call)).toBe(true);
    expect(told).toEqual([{ command: 'set', lane: 'write' }]);
    expect(call.slow.generation).toBe(circuits.write.generation - 2);
    clock.travel(500);
    expect(recorder.admits(call)).toBe(true);
    expect(told).toHaveLength(1);
  });

  it('does not tell of the call in four that mode enforce sends while calls are slow', () => {
    const { recorder, circuits, clock, events } = setUp({ circuit: { mode: 'observe' } });
    let told = 0;
    events.on('would-refuse', () => told++);
    circuits.write.trip('slow', clock.now());
    for (let call = 0; call < 8; call++) expect(recorder.admits(slowly(sentCall('set'), 1_000))).toBe(true);
    expect(told).toBe(6);
  });
});

it('a retry is told, and counted in its operation', () => {
  const { recorder, events } = setUp();
  const told: unknown[] = [];
  events.on('retry', (event) => told.push(event));
  const operation = { retries: 1 } as OperationMessage;
  const call = onSlowPath(sentCall('get', 1_000, 2), { issuedAt: 0, allowedMs: 1, operation });
  recorder.retried(call, 'unknown');
  recorder.retried(batchOf(['get', 'a']).call, 'not-applied');
  expect(told).toEqual([
    { command: 'get', attempt: 2, outcome: 'unknown' },
    { command: 'pipeline', attempt: 0, outcome: 'not-applied' },
  ]);
  expect(operation.retries).toBe(2);
});

it('every settled call is published on the channel of commands', () => {
  const { recorder } = setUp({ name: 'sessions' });
  const messages: unknown[] = [];
  const listen = (message: unknown): void => void messages.push(message);
  subscribe('redis-resilience:command', listen);
  onTestFinished(() => void unsubscribe('redis-resilience:command', listen));
  recorder.succeeded(sentCall('get'), 1_002);
  recorder.succeeded(sentCall('get'), 1_003, replyError('ERR'));
  recorder.lost(sentCall('set', 1_000, 2), timeout);
  expect(messages).toEqual([
    { connection: 'sessions', command: 'get', lane: 'read', outcome: 'ok', durationMs: 2, attempts: 1 },
    { connection: 'sessions', command: 'get', lane: 'read', outcome: 'REPLY', durationMs: 3, attempts: 1 },
    {
      connection: 'sessions',
      command: 'set',
      lane: 'write',
      outcome: 'COMMAND_TIMEOUT',
      durationMs: 0,
      attempts: 2,
    },
  ]);
});
