import { describe, expect, it } from 'vitest';
import { SecondConnection, type SecondAnswer } from '../../../packages/core/src/stall/second-connection.ts';
import type { MemorySocket } from '../fakes/memory-socket.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

interface Asked {
  readonly wired: WiredDriver;
  readonly second: SecondConnection;
  readonly answers: SecondAnswer[];
  /** When it was noticed that there is no answer. */
  readonly noAnswerAt: number[];
  ask(): void;
}

const answerMs = 300;
const totalMs = 700;

async function prepared(): Promise<Asked> {
  const wired = await WiredDriver.ready();
  const second = new SecondConnection(wired.target, wired.wire, wired.clock, () => 10_000);
  const answers: SecondAnswer[] = [];
  const noAnswerAt: number[] = [];
  const ask = (): void => {
    const onNoAnswer = (): void => void noAnswerAt.push(wired.clock.now());
    void second.ask({ answerMs, totalMs }, onNoAnswer).then((answer) => answers.push(answer));
  };
  return { wired, second, answers, noAnswerAt, ask };
}

/** The first connection alone is left, and no timer. */
async function expectNoTrace({ wired }: Asked): Promise<void> {
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
    expect(answer?.kind === 'serves' && answer.verified.socket.destroyed).toBe(false);
    expect(asked.wired.network.links).toHaveLength(2);
    expect(asked.wired.clock.pendingTimers).toBe(0);
    await asked.wired.travel(1_000);
    expect([asked.noAnswerAt, asked.answers.length]).toEqual([[], 1]);
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
    expect(asked.answers).toEqual([{ kind: 'away', cause }]);
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
    expect(asked.answers).toEqual([{ kind: 'away', cause: 'loading' }]);
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
  ] as const)('tells that there is no answer, and finds a server %s stalled', async (_what, spoil) => {
    const asked = await prepared();
    spoil(asked);
    asked.ask();
    await asked.wired.travel(answerMs - 1);
    expect(asked.noAnswerAt).toEqual([]);
    await asked.wired.travel(1);
    expect(asked.noAnswerAt).toEqual([1_100 + answerMs]);
    await asked.wired.travel(totalMs - answerMs - 1);
    expect(asked.answers).toEqual([]);
    await asked.wired.travel(1);
    expect(asked.answers).toEqual([{ kind: 'away', cause: 'stalled', isSilent: true }]);
    await expectNoTrace(asked);
    await asked.wired.travel(1_000);
    expect(asked.noAnswerAt).toHaveLength(1);
  });

  it('finds a server stalled that falls silent after its handshake', async () => {
    const asked = await prepared();
    asked.ask();
    await asked.wired.travel(4);
    asked.wired.server.freeze();
    expect(asked.wired.server.ran.slice(-2)).toEqual(['info', 'client id']);
    await asked.wired.travel(totalMs);
    expect(asked.answers).toEqual([{ kind: 'away', cause: 'stalled', isSilent: true }]);
    await expectNoTrace(asked);
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
  });
});

describe('an inquiry over a second connection', () => {
  it('is one at a time', async () => {
    const asked = await prepared();
    asked.ask();
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.answers).toHaveLength(1);
    expect(asked.wired.network.openedAt.length).toBe(2);
    asked.ask();
    await asked.wired.travel(10);
    expect(asked.answers).toHaveLength(2);
  });

  it('that is stopped says nothing and leaves nothing, and another may begin', async () => {
    const asked = await prepared();
    asked.second.stop();
    asked.wired.server.freeze();
    asked.ask();
    await asked.wired.travel(10);
    asked.second.stop();
    await asked.wired.travel(10);
    await expectNoTrace(asked);
    asked.wired.server.thaw();
    asked.ask();
    await asked.wired.travel(2_000);
    expect(asked.answers).toMatchObject([{ kind: 'serves' }]);
  });

  it('that is stopped while its answer arrives leaves no socket, in whichever moment', async () => {
    for (let ticks = 0; ticks < 30; ticks++) {
      const asked = await prepared();
      asked.ask();
      await asked.wired.travel(5);
      // The answers to the handshake arrive next, or that to CLIENT LIST.
      const second = asked.wired.network.links[1];
      second?.near.on('data', () => void afterMicrotasks(ticks, () => asked.second.stop()));
      await asked.wired.travel(20);
      const kept = asked.answers.length;
      expect(asked.wired.network.links).toHaveLength(1 + kept);
    }
  });
});

async function afterMicrotasks(count: number, action: () => void): Promise<void> {
  for (let passed = 0; passed < count; passed++) await Promise.resolve();
  action();
}
