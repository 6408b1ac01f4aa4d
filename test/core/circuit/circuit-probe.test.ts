import { createRandom } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { CauseCode } from '../../../packages/core/src/cause.ts';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import { CircuitProbe } from '../../../packages/core/src/circuit/circuit-probe.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';

type Answer = () => unknown;

/** A circuit with its probe, and a server whose replies the test determines. */
class Stage {
  readonly clock = new BackgroundClock();
  readonly circuit: Circuit = new Circuit(resolveSettings({}).circuit, {
    clock: this.clock,
    random: createRandom(1),
    deadlineMs: 1_000,
    onChange: () => this.probe.follow(),
  });
  readonly asked: string[] = [];
  readonly askedAt: number[] = [];
  answer: Answer = () => 'PONG';
  /** How long the server takes to reply, in milliseconds. */
  takesMs = 0;
  readonly probe = new CircuitProbe(this.circuit, {
    clock: this.clock,
    ask: (command, args) => {
      this.asked.push([command, ...args].join(' '));
      this.askedAt.push(Math.round(this.clock.now()));
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          try {
            resolve(this.answer());
          } catch (error) {
            reject(error);
          }
        };
        if (this.takesMs === 0) settle();
        else this.clock.outside.setTimeout(settle, this.takesMs);
      });
    },
  });

  static opened(cause: CauseCode): Stage {
    const stage = new Stage();
    stage.circuit.trip(cause, stage.clock.now());
    return stage;
  }

  get state(): string {
    return this.circuit.state;
  }

  travel(ms: number): Promise<void> {
    return this.clock.travelAsync(ms);
  }
}

const write = 'lpushx __redis-resilience:probe ';

function failure(message: string, name = 'Error'): Answer {
  return () => {
    throw Object.assign(new Error(message), { name });
  };
}

describe('the probe of a circuit that opened because the server did not answer well', () => {
  it('asks PING, lets trials through at the first good answer, and is a trial itself', async () => {
    const stage = Stage.opened('slow');
    await stage.travel(99);
    expect(stage.asked).toEqual([]);
    await stage.travel(1);
    expect([stage.asked, stage.state]).toEqual([['ping'], 'half-open']);
    await stage.travel(199);
    expect(stage.state).toBe('half-open');
    await stage.travel(101);
    // The first PING makes the circuit half-open, and three more are its trials.
    expect([stage.askedAt, stage.state]).toEqual([[100, 200, 300, 400], 'closed']);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('asks ever more rarely while there is no answer, once a second at the least', async () => {
    const stage = Stage.opened('error-rate');
    stage.answer = failure('Connection is closed.');
    await stage.travel(8_000);
    expect(stage.askedAt).toEqual([
      100, 220, 364, 537, 744, 993, 1292, 1650, 2080, 2596, 3215, 3958, 4850, 5850, 6850, 7850,
    ]);
    expect(stage.state).not.toBe('closed');
    stage.answer = () => 'PONG';
    await stage.travel(1_500);
    expect(stage.state).toBe('closed');
  });

  it('asks every 100 ms while calls are refused, also when the first one comes in a long pause', async () => {
    const stage = Stage.opened('error-rate');
    stage.answer = failure('Connection is closed.');
    await stage.travel(8_050);
    stage.askedAt.length = 0;
    stage.circuit.wantedAt = stage.clock.now();
    await stage.travel(1_000);
    expect(stage.askedAt.length).toBeGreaterThanOrEqual(9);
  });

  it.each([
    [1_000, 1],
    [1_001, 0],
  ])('asks at the next of its looks, or not, where a call was refused %d ms before', async (agoMs, asks) => {
    const stage = Stage.opened('error-rate');
    stage.answer = failure('Connection is closed.');
    await stage.travel(6_000);
    const lookAt = stage.clock.nextTimerAt as number;
    stage.circuit.wantedAt = lookAt - agoMs;
    stage.askedAt.length = 0;
    await stage.travel(lookAt - stage.clock.now());
    expect(stage.askedAt).toHaveLength(asks);
  });

  it('takes an answer that comes within the slow limit for a good one', async () => {
    const stage = Stage.opened('slow');
    stage.takesMs = stage.circuit.slowLimitMs;
    await stage.travel(100 + stage.takesMs);
    expect(stage.state).toBe('half-open');
  });

  it('begins anew at its first pace', async () => {
    const stage = Stage.opened('error-rate');
    stage.answer = failure('Connection is closed.');
    await stage.travel(600);
    stage.circuit.close(stage.clock.now());
    stage.askedAt.length = 0;
    stage.circuit.trip('slow', stage.clock.now());
    await stage.travel(250);
    expect(stage.askedAt).toEqual([700, 820]);
  });

  it('asks nothing while a question is under way', async () => {
    const stage = Stage.opened('slow');
    stage.takesMs = 600;
    stage.probe.follow();
    await stage.travel(690);
    stage.probe.follow();
    expect(stage.askedAt).toEqual([100]);
    await stage.travel(150);
    expect(stage.askedAt).toEqual([100, 820]);
  });

  it.each([
    [
      'an error reply',
      failure('NOPERM this user has no permissions to run the command', 'ReplyError'),
      'half-open',
    ],
    ['an error of the connection', failure('Connection is closed.'), 'open'],
    [
      'what is no error',
      () => {
        throw 'nothing';
      },
      'open',
    ],
  ] as const)('takes %s for what it is', async (_what, answer, state) => {
    const stage = Stage.opened('error-rate');
    stage.answer = answer;
    await stage.travel(110);
    expect(stage.state).toBe(state);
  });

  it('takes no slot from the trials of others', async () => {
    const stage = Stage.opened('slow');
    stage.circuit.enterHalfOpen(0);
    for (let trial = 0; trial < 3; trial++) expect(stage.circuit.admit(0)).toBeGreaterThan(0);
    await stage.travel(250);
    expect([stage.state, stage.askedAt]).toEqual(['half-open', [100, 200]]);
  });
});

describe('the probe of a circuit that opened because writes were refused', () => {
  it.each(['out-of-memory', 'persistence', 'too-few-replicas'] as const)(
    'sends a write that changes nothing, and closes when it is taken: %s',
    async (cause) => {
      const stage = Stage.opened(cause);
      stage.takesMs = 150;
      await stage.travel(250);
      expect([stage.asked, stage.state, stage.clock.pendingTimers]).toEqual([[write], 'closed', 0]);
    },
  );

  it('closes a circuit on trial, too', async () => {
    const stage = Stage.opened('too-few-replicas');
    stage.answer = failure('NOREPLICAS Not enough good replicas to write.', 'ReplyError');
    stage.circuit.enterHalfOpen(0);
    await stage.travel(400);
    expect([stage.state, stage.asked]).toEqual(['half-open', [write, write, write]]);
    stage.answer = () => 0;
    await stage.travel(200);
    expect(stage.state).toBe('closed');
  });

  it.each([
    [
      'the same refusal',
      failure("OOM command not allowed when used memory > 'maxmemory'.", 'ReplyError'),
      'open',
    ],
    [
      'a missing permission, which says nothing about memory',
      failure('NOPERM no permissions', 'ReplyError'),
      'closed',
    ],
    ['an error of the connection', failure('NOPERM no permissions'), 'open'],
    [
      'what is no error',
      () => {
        throw 'nothing';
      },
      'open',
    ],
  ] as const)('takes %s for what it is', async (_what, answer, state) => {
    const stage = Stage.opened('out-of-memory');
    stage.answer = answer;
    await stage.travel(110);
    expect(stage.state).toBe(state);
  });

  it('is not satisfied by an answer to PING that was asked for before', async () => {
    const stage = Stage.opened('error-rate');
    stage.takesMs = 50;
    await stage.travel(110);
    stage.circuit.enterHalfOpen(stage.clock.now());
    stage.circuit.trip('out-of-memory', stage.clock.now());
    await stage.travel(100);
    expect([stage.state, stage.asked]).toEqual(['open', ['ping']]);
    await stage.travel(250);
    expect([stage.state, stage.asked]).toEqual(['closed', ['ping', write]]);
  });

  it('says nothing of an answer to a write when the reason is another one by then', async () => {
    const stage = Stage.opened('out-of-memory');
    stage.takesMs = 50;
    await stage.travel(110);
    stage.circuit.enterHalfOpen(stage.clock.now());
    stage.circuit.trip('slow', stage.clock.now());
    await stage.travel(100);
    expect([stage.state, stage.asked]).toEqual(['open', [write]]);
  });
});

describe('the probe of a circuit', () => {
  it('that is closed, or isolated by hand, asks nothing', async () => {
    const stage = new Stage();
    stage.probe.follow();
    const putBack = stage.circuit.isolate();
    await stage.travel(2_000);
    putBack();
    await stage.travel(2_000);
    expect([stage.asked, stage.clock.pendingTimers]).toEqual([[], 0]);
  });

  it('keeps no process alive', () => {
    const { clock } = Stage.opened('slow');
    expect([clock.pendingTimers, clock.timersThatKeepAlive]).toEqual([1, 0]);
  });

  it('that is stopped asks no more', async () => {
    const stage = Stage.opened('slow');
    stage.probe.stop();
    await stage.travel(2_000);
    expect([stage.asked, stage.clock.pendingTimers]).toEqual([[], 0]);
  });

  it('that is stopped while it asks does nothing with the answer', async () => {
    const stage = Stage.opened('slow');
    stage.takesMs = 50;
    await stage.travel(110);
    stage.probe.stop();
    await stage.travel(2_000);
    expect([stage.asked.length, stage.clock.pendingTimers]).toEqual([1, 0]);
  });

  it('that begins again judges by its own questions alone', async () => {
    const stage = Stage.opened('slow');
    stage.takesMs = 50;
    await stage.travel(110);
    stage.circuit.close(stage.clock.now());
    stage.circuit.trip('error-rate', stage.clock.now());
    await stage.travel(60);
    expect(stage.state).toBe('open');
    await stage.travel(100);
    expect([stage.state, stage.askedAt]).toEqual(['half-open', [100, 210]]);
  });
});
