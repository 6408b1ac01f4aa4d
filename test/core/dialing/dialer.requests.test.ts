import { describe, expect, it } from 'vitest';
import { bareDialer } from './bare-dialer.ts';

const refused = { ok: false, cause: 'connection-refused', error: new Error('refused') } as const;

/** Lets microtasks run, but no timers. */
async function microtasks(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('the first request to an endpoint', () => {
  it('is tried without any timer, and not before it was made', async () => {
    const { attempts, dial } = bareDialer();
    dial('first');
    expect(attempts).toEqual([]);
    await microtasks();
    expect(attempts.map(({ who }) => who)).toEqual(['first']);
  });

  it('is not tried when it is withdrawn at once', async () => {
    const { attempts, dial } = bareDialer();
    dial('first').cancel();
    await microtasks();
    expect(attempts).toEqual([]);
  });

  it('is tried at once when another was withdrawn as soon as it was made', async () => {
    const { clock, attempts, dial } = bareDialer();
    dial('first').cancel();
    await microtasks();
    clock.travel(1);
    dial('second');
    await microtasks();
    expect(attempts.map(({ who }) => who)).toEqual(['second']);
  });

  it('is the only one that is tried without a timer', async () => {
    const { attempts, dial } = bareDialer();
    dial('first');
    dial('second');
    await microtasks();
    expect(attempts.map(({ who }) => who)).toEqual(['first']);
  });

  it('waits for its time when it is made again after a loss', async () => {
    const { attempts, dial, now, last } = bareDialer();
    const ticket = dial('first');
    await microtasks();
    last().resolve({ ok: true, fleetSize: 1 });
    await now();
    ticket.lost();
    dial('again');
    await microtasks();
    expect(attempts).toHaveLength(1);
  });
});

it('a request whose connection is up waits for no attempt, and hurries none', async () => {
  const { clock, dialer, dial, now, last } = bareDialer();
  const up = dial('up');
  await microtasks();
  last().resolve({ ok: true, fleetSize: 1 });
  await now();
  const waiting = dial('waiting');
  await clock.travelAsync(100);
  last().resolve(refused);
  await now();
  const nextMs = dialer.nextAttemptMs() as number;
  up.hurry();
  expect([up.nextAttemptMs(), waiting.nextAttemptMs()]).toEqual([undefined, nextMs]);
  waiting.hurry();
  expect(waiting.nextAttemptMs()).toBeLessThan(nextMs);
});

describe('why an endpoint cannot be reached', () => {
  it('is known after a failure until the next attempt is due, and after a success no more', async () => {
    const { clock, dialer, dial, now, last } = bareDialer();
    expect([dialer.failure, dialer.refusal()]).toEqual([undefined, undefined]);
    dial('first');
    await microtasks();
    last().resolve(refused);
    await now();
    expect([dialer.failure, dialer.refusal()]).toEqual([refused, refused]);
    await clock.travelAsync(dialer.nextAttemptMs() as number);
    expect(dialer.failure).toEqual(refused);
    last().resolve({ ok: true, fleetSize: 1 });
    await now();
    expect([dialer.failure, dialer.refusal()]).toEqual([undefined, undefined]);
  });

  it('is no refusal at the very moment at which the next attempt is due', async () => {
    const { clock, dialer, dial, now, last } = bareDialer();
    dial('first');
    await microtasks();
    last().resolve(refused);
    await now();
    const nextMs = dialer.nextAttemptMs() as number;
    clock.jump(nextMs - 1);
    expect(dialer.refusal()).toEqual(refused);
    clock.jump(1);
    expect([dialer.nextAttemptMs(), dialer.refusal()]).toEqual([0, undefined]);
  });

  it('is told to the other requests that wait, and not to the one that was tried', async () => {
    const { clock, dialer, attempts, request, now, last } = bareDialer();
    const told: unknown[] = [];
    const waiting = (who: string) => ({
      ...request,
      onOtherFailed: (failure: unknown) => void told.push([who, failure]),
    });
    dialer.dial(waiting('first'));
    dialer.dial(waiting('second'));
    await microtasks();
    last().resolve(refused);
    await now();
    expect(told).toEqual([['second', refused]]);
    await clock.travelAsync(dialer.nextAttemptMs() as number);
    expect(attempts).toHaveLength(2);
    last().resolve({ ok: true, fleetSize: 1 });
    await now();
    expect(dialer.alive).toBe(1);
    expect(told).toHaveLength(1);
  });
});

it('an attempt of a patient request has the time for one SYN at least, beside another one too', async () => {
  const { clock, dialer, attempts, request } = bareDialer();
  dialer.dial({ ...request, isPatient: true });
  await clock.travelAsync(110);
  expect(attempts.map(({ attempt }) => attempt.synDeadlineMs)).toEqual([950, 950]);
  const other = bareDialer();
  other.dialer.dial({ ...other.request, isPatient: false });
  await other.clock.travelAsync(110);
  expect(other.attempts.map(({ attempt }) => attempt.synDeadlineMs)).toEqual([950, 100]);
});

it('a process that has ever connected dials at the pace of its fleet, however long the outage', async () => {
  const { clock, dialer, dial, now, last } = bareDialer();
  const ticket = dial('first');
  await microtasks();
  last().resolve({ ok: true, fleetSize: undefined });
  await now();
  ticket.lost();
  dial('again');
  for (let second = 0; second < 70; second++) {
    last().resolve(refused);
    await clock.travelAsync(1_000);
  }
  expect(dialer.periodMs).toBe(100);
  const never = bareDialer();
  never.dial('first');
  for (let second = 0; second < 70; second++) {
    await never.clock.travelAsync(1_000);
    never.last().resolve(refused);
  }
  expect(never.dialer.periodMs).toBe(1_000);
});

describe('the requests that follow the first connection', () => {
  it('begin 24 attempts at most in one turn of the event loop, and the others in the next turns', async () => {
    const { clock, dialer, request, now, last } = bareDialer();
    const perTurn: number[] = [];
    let begun = 0;
    const endTurn = () => {
      if (begun > 0) perTurn.push(begun);
      begun = 0;
    };
    const attempt: typeof request.attempt = (made) => {
      begun++;
      queueMicrotask(endTurn);
      return request.attempt(made);
    };
    for (let count = 0; count < 60; count++) dialer.dial({ ...request, attempt });
    await microtasks();
    // A server at this distance accepts more than 60 connections while one attempt reaches it.
    clock.jump(50);
    last().attempt.connected();
    last().resolve({ ok: true, fleetSize: 60 });
    await now();
    expect(perTurn).toEqual([1, 24, 24, 11]);
  });

  it('end no attempt that takes long to make room for another request', async () => {
    const { clock, attempts, dial, now, last } = bareDialer();
    for (const who of ['leader', 'second', 'third']) dial(who);
    await microtasks();
    last().attempt.connected();
    last().resolve({ ok: true, fleetSize: 3 });
    await now();
    expect(attempts.map(({ who }) => who)).toEqual(['leader', 'second', 'third']);
    await clock.travelAsync(0.95 * last().attempt.synDeadlineMs);
    dial('late');
    await now();
    expect(attempts.map(({ attempt }) => attempt.signal.aborted)).toEqual([false, false, false]);
  });
});
