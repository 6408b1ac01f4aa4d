import { describe, expect, it } from 'vitest';
import { Dialer } from '../../../packages/core/src/dialing/dialer.ts';
import type { Target } from '../../../packages/core/src/handshake/establish.ts';
import { SecondConnection } from '../../../packages/core/src/stall/second-connection.ts';
import type { SecondAnswer } from '../../../packages/core/src/stall/second-question.ts';
import type { MemoryLink } from '../fakes/memory-link.ts';
import type { MemorySocket } from '../fakes/memory-socket.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

interface Asked {
  readonly wired: WiredDriver;
  readonly second: SecondConnection;
  readonly dialer: Dialer;
  readonly answers: SecondAnswer[];
  /** The times at which the check reported that there is no answer. */
  readonly noAnswerAt: number[];
  /** Asks about one silent connection; the returned function withdraws the question. */
  ask(target?: Target): () => void;
}

const answerMs = 300;

async function prepared(): Promise<Asked> {
  const wired = await WiredDriver.ready();
  const { clock, target } = wired;
  const random = (): number => 0.5;
  const dialer = new Dialer({
    clock,
    random,
    minPeriodMs: 100,
    maxPeriodMs: 5_000,
    handshakeTimeoutMs: 5_000,
  });
  const second = new SecondConnection(target, dialer, clock);
  const answers: SecondAnswer[] = [];
  const noAnswerAt: number[] = [];
  const tell = (answer: SecondAnswer): void => {
    if (answer.kind === 'unanswered') noAnswerAt.push(clock.now());
    else answers.push(answer);
  };
  const ask = (asked = target): (() => void) =>
    second.ask({ target: asked, identity: wired.wire.identity, answerMs, tell });
  return { wired, second, dialer, answers, noAnswerAt, ask };
}

/** Expects that nothing is left behind: no connection except the first one, and no timer. */
async function expectNoTrace({ wired, answers }: Asked): Promise<void> {
  for (const answer of answers) if ('spare' in answer) answer.spare?.release();
  await wired.travel(0);
  expect(wired.network.links).toHaveLength(1);
  expect(wired.clock.pendingTimers).toBe(0);
}

describe('a second connection', () => {
  it('finds that the server serves, and hands its socket over', async () => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.answers).toMatchObject([{ kind: 'serves' }]);
    const [answer] = asked.answers;
    expect(answer?.kind === 'serves' && answer.spare.isBroken).toBe(false);
    expect(asked.wired.network.links).toHaveLength(2);
    expect(asked.wired.clock.pendingTimers).toBe(0);
    await asked.wired.travel(1_000);
    expect([asked.noAnswerAt, asked.answers.length]).toEqual([[], 1]);
    await expectNoTrace(asked);
  });

  it.each([
    { mood: 'loading', cause: 'loading' },
    { mood: 'busy', cause: 'busy' },
    { mood: 'stale', cause: 'replica-stale' },
  ] as const)('finds the server away that says it is $mood', async ({ mood, cause }) => {
    const asked = await prepared();
    asked.wired.server.mood = mood;
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.answers).toMatchObject([{ kind: 'away', cause }]);
    await expectNoTrace(asked);
  });

  it('asks a server that is busy again over the same socket, which no dead connection takes', async () => {
    const asked = await prepared();
    asked.wired.server.mood = 'busy';
    asked.ask();
    await asked.wired.travel(10);
    for (const mood of ['busy', 'serves'] as const) {
      asked.wired.server.mood = mood;
      asked.ask();
      await asked.wired.travel(10);
    }
    expect(asked.answers).toMatchObject([
      { kind: 'away', cause: 'busy' },
      { kind: 'away', cause: 'busy' },
      { kind: 'serves' },
    ]);
    expect(asked.wired.network.openedAt).toHaveLength(2);
    const last = asked.answers.at(-1);
    // In its handshake, the busy server refused what sets up the connection.
    expect(last?.kind === 'serves' && last.spare.take(asked.wired.target)).toBeUndefined();
    await expectNoTrace(asked);
  });

  it('finds the server away that has fallen silent since it was busy, and serves', async () => {
    const asked = await prepared();
    asked.wired.server.mood = 'busy';
    asked.ask();
    await asked.wired.travel(10);
    asked.wired.server.mood = 'serves';
    asked.wired.server.freeze();
    asked.ask();
    await asked.wired.travel(answerMs + 100);
    expect(asked.noAnswerAt).toHaveLength(1);
    asked.wired.server.thaw();
    await asked.wired.travel(10);
    expect(asked.answers.map(({ kind }) => kind)).toEqual(['away', 'serves']);
    await expectNoTrace(asked);
  });

  it('finds the server away that keeps the first one waiting itself', async () => {
    const asked = await prepared();
    asked.wired.server.holdWrites();
    asked.wired.send('set', ['a', '1']);
    await asked.wired.travel(5);
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.answers).toEqual([{ kind: 'away', cause: 'stalled' }]);
    await expectNoTrace(asked);
  });

  it('finds a server that loads to be loading, whatever it does with the first one', async () => {
    const asked = await prepared();
    asked.wired.server.holdWrites();
    asked.wired.send('set', ['a', '1']);
    await asked.wired.travel(5);
    asked.wired.server.mood = 'loading';
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.answers).toMatchObject([{ kind: 'away', cause: 'loading' }]);
  });

  it.each([
    ['max-clients', (asked: Asked): void => void (asked.wired.server.maxClients = 1)],
    ['auth', (asked: Asked): void => void (asked.wired.server.password = 'secret')],
  ] as const)('proves nothing against the first one when it meets %s', async (cause, spoil) => {
    const asked = await prepared();
    spoil(asked);
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.answers).toEqual([{ kind: 'away', cause }]);
    await expectNoTrace(asked);
  });

  it.each([
    ['connection-refused', undefined],
    ['connection-reset', (socket: MemorySocket): void => socket.resetAndDestroy()],
    ['protocol', (socket: MemorySocket): void => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ] as const)('finds nobody there: %s', async (cause, accept) => {
    const asked = await prepared();
    const { network, server } = asked.wired;
    if (accept === undefined) network.stopListening(server.address);
    else network.listen(server.address, accept);
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.answers).toEqual([{ kind: 'unreachable', cause }]);
    await expectNoTrace(asked);
  });

  it.each([
    ['that is frozen', (asked: Asked) => asked.wired.server.freeze()],
    [
      'that cannot be reached',
      (asked: Asked) => asked.wired.network.setReachable(asked.wired.server.address, false),
    ],
  ] as const)('tells once that there is no answer from a server %s', async (_what, spoil) => {
    const asked = await prepared();
    spoil(asked);
    asked.ask();
    await asked.wired.travel(answerMs - 1);
    expect(asked.noAnswerAt).toEqual([]);
    await asked.wired.travel(1);
    expect(asked.noAnswerAt).toEqual([1_100 + answerMs]);
    await asked.wired.travel(2_000);
    expect([asked.noAnswerAt.length, asked.answers]).toEqual([1, []]);
  });

  it('asks about a few connections together with the handshake, and learns it a round trip sooner', async () => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(4);
    expect(asked.wired.server.ran.slice(-3)).toEqual(['info', 'client id', 'client list']);
    expect(asked.answers).toMatchObject([{ kind: 'serves' }]);
    await expectNoTrace(asked);
  });

  it('tells many of a server that falls silent after its handshake', async () => {
    const asked = await prepared();
    for (let count = 0; count < 17; count++) asked.ask();
    await asked.wired.travel(4);
    asked.wired.server.freeze();
    expect(asked.wired.server.ran.slice(-2)).toEqual(['info', 'client id']);
    await asked.wired.travel(1_000);
    expect([asked.noAnswerAt.length, asked.answers]).toEqual([17, []]);
  });

  it('takes an answer that comes late, but in time', async () => {
    const asked = await prepared();
    asked.wired.server.freeze();
    asked.ask();
    await asked.wired.travel(500);
    asked.wired.server.thaw();
    await asked.wired.travel(10);
    expect(asked.answers).toMatchObject([{ kind: 'serves' }]);
    expect(asked.noAnswerAt).toHaveLength(1);
    await expectNoTrace(asked);
  });
});

describe('the connection that many silent ones share', () => {
  it('is one for all of them, before and while it is made', async () => {
    const asked = await prepared();
    for (let count = 0; count < 20; count++) asked.ask();
    await asked.wired.travel(2);
    for (let count = 0; count < 20; count++) asked.ask();
    await asked.wired.travel(20);
    expect(asked.answers.map(({ kind }) => kind)).toEqual(Array.from({ length: 40 }, () => 'serves'));
    expect(asked.wired.network.openedAt).toHaveLength(2);
    await expectNoTrace(asked);
  });

  it('is in use while a question is open or somebody holds its socket', async () => {
    const asked = await prepared();
    expect(asked.second.isInUse).toBe(false);
    asked.ask();
    expect(asked.second.isInUse).toBe(true);
    await asked.wired.travel(10);
    expect(asked.second.isInUse).toBe(true);
    for (const answer of asked.answers) if (answer.kind === 'serves') answer.spare.release();
    expect(asked.second.isInUse).toBe(false);
  });

  it('is made before a connection that waits for its first attempt', async () => {
    const asked = await prepared();
    const attempts: string[] = [];
    const attempt = (): Promise<never> => {
      attempts.push('command');
      return new Promise(() => undefined);
    };
    asked.dialer.dial({ priority: 'command', attempt });
    asked.ask();
    await asked.wired.travel(0);
    expect([attempts, asked.wired.network.openedAt.length]).toEqual([[], 2]);
  });

  it('is made like the first silent connection, which can then take it', async () => {
    const asked = await prepared();
    const { target } = asked.wired;
    const other = { ...target, session: () => ({ ...target.session(), database: 3 }) };
    asked.ask(other);
    await asked.wired.travel(10);
    const [answer] = asked.answers;
    expect(answer?.kind === 'serves' && answer.spare.take(other)?.proof.session.database).toBe(3);
  });

  it('is given the time that a slow network needs', async () => {
    const asked = await prepared();
    asked.wired.network.latencyMs = 100;
    asked.ask();
    await asked.wired.travel(1_000);
    expect([asked.noAnswerAt, asked.answers.map(({ kind }) => kind)]).toEqual([[], ['serves']]);
  });

  it('that breaks while the server is asked over it says nothing about the server', async () => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(4);
    asked.wired.server.clients[1]?.socket.resetAndDestroy();
    await asked.wired.travel(300);
    expect(asked.answers.map(({ kind }) => kind)).toEqual(['serves']);
  });

  it('is asked once for all questions that come while it is asked', async () => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(10);
    const { ran } = asked.wired.server;
    ran.length = 0;
    for (let round = 1; round <= 2; round++) {
      for (let count = 0; count < 3; count++) asked.ask();
      await asked.wired.travel(10);
      expect(ran.filter((name) => name === 'ping')).toHaveLength(round);
      expect(asked.answers).toHaveLength(1 + 3 * round);
    }
    expect([asked.wired.network.openedAt.length, asked.wired.clock.pendingTimers]).toEqual([2, 0]);
  });

  it('is kept for a question that is asked over it when its last holder lets go', async () => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(10);
    const [first] = asked.answers;
    asked.ask();
    if (first?.kind === 'serves') first.spare.release();
    await asked.wired.travel(10);
    const last = asked.answers.at(-1);
    expect([asked.answers.length, last?.kind === 'serves' && last.spare.isBroken]).toEqual([2, false]);
    expect(asked.wired.network.openedAt).toHaveLength(2);
  });

  it('is not made again for a question that was withdrawn while it was asked', async () => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(10);
    asked.wired.server.freeze();
    const withdraw = asked.ask();
    withdraw();
    await asked.wired.travel(2_000);
    expect([asked.answers.length, asked.wired.network.openedAt.length]).toEqual([1, 2]);
    await expectNoTrace(asked);
  });

  it('answers a later question as long as somebody holds it', async () => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(10);
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.answers).toHaveLength(2);
    expect(asked.wired.network.openedAt).toHaveLength(2);
    for (const answer of asked.answers) if (answer.kind === 'serves') answer.spare.release();
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.wired.network.openedAt).toHaveLength(3);
  });

  it('proves nothing more when the server falls silent: another one is made', async () => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(10);
    asked.wired.server.freeze();
    asked.ask();
    await asked.wired.travel(answerMs + 100);
    const [answer] = asked.answers;
    expect(answer?.kind === 'serves' && answer.spare.isBroken).toBe(true);
    expect([asked.noAnswerAt.length, asked.answers.length]).toEqual([1, 1]);
    asked.wired.server.thaw();
    await asked.wired.travel(10);
    expect(asked.answers).toHaveLength(2);
    await expectNoTrace(asked);
  });

  it('makes no more attempts at a frozen server than its dialer does for one connection', async () => {
    const asked = await prepared();
    asked.wired.server.freeze();
    const withdrawals = Array.from({ length: 200 }, () => asked.ask());
    await asked.wired.travel(3_000);
    expect(asked.wired.network.openedAt.length).toBeLessThan(30);
    for (const withdraw of withdrawals) withdraw();
    await expectNoTrace(asked);
  });

  it('is taken by the first that needs it, and no other', async () => {
    const asked = await prepared();
    asked.ask();
    asked.ask();
    await asked.wired.travel(10);
    const taken = asked.answers.map((answer) =>
      answer.kind === 'serves' ? answer.spare.take(asked.wired.target) : undefined,
    );
    expect(taken.map((verified) => verified?.socket.destroyed)).toEqual([false, undefined]);
    for (const answer of asked.answers) if (answer.kind === 'serves') answer.spare.release();
    expect(taken[0]?.socket.destroyed).toBe(false);
  });

  it.each([
    ['another database', { database: 3 }],
    ['another name', { clientName: 'other' }],
  ])('is not taken by one that wants %s', async (_what, session) => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(10);
    const [answer] = asked.answers;
    const { target } = asked.wired;
    const other = { ...target, session: () => ({ ...target.session(), ...session }) };
    expect(answer?.kind === 'serves' && answer.spare.take(other)).toBeUndefined();
    await expectNoTrace(asked);
  });
});

describe('a question about a silent connection', () => {
  it('that is withdrawn leaves the others to be answered', async () => {
    const asked = await prepared();
    const withdraw = asked.ask();
    asked.ask();
    withdraw();
    await asked.wired.travel(10);
    expect(asked.answers.map(({ kind }) => kind)).toEqual(['serves']);
    await expectNoTrace(asked);
  });

  it('that is withdrawn is not answered and leaves nothing, and another may be asked', async () => {
    const asked = await prepared();
    asked.wired.server.freeze();
    const withdraw = asked.ask();
    await asked.wired.travel(10);
    withdraw();
    await asked.wired.travel(10);
    await expectNoTrace(asked);
    asked.wired.server.thaw();
    asked.ask();
    await asked.wired.travel(2_000);
    expect(asked.answers).toMatchObject([{ kind: 'serves' }]);
  });

  it.each([1, 2, 3, 4])(
    'that is withdrawn while its answer arrives leaves no socket, in whichever moment (chunk %d)',
    async (chunk) => {
      for (let ticks = 0; ticks < 30; ticks++) {
        const asked = await prepared();
        const withdraw = asked.ask();
        await asked.wired.travel(2);
        // The second connection receives the replies to its handshake and to CLIENT LIST.
        const second = asked.wired.network.links[1] as MemoryLink;
        let chunks = 0;
        second.near.on('data', () => {
          if (++chunks === chunk) void afterMicrotasks(ticks, withdraw);
        });
        await asked.wired.travel(20);
        expect(chunks).toBeGreaterThanOrEqual(chunk);
        await expectNoTrace(asked);
        // A connection left over from the withdrawn question must not be used for the next one.
        asked.answers.length = 0;
        asked.ask();
        await asked.wired.travel(200);
        const [answer] = asked.answers;
        expect(answer?.kind === 'serves' && answer.spare.isBroken).toBe(false);
      }
    },
  );
});

async function afterMicrotasks(count: number, action: () => void): Promise<void> {
  for (let passed = 0; passed < count; passed++) await Promise.resolve();
  action();
}
