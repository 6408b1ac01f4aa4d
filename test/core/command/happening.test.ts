import { describe, expect, it } from 'vitest';
import { answered, answerTo, happeningOf, letGo } from '../../../packages/core/src/command/happening.ts';
import type { TrackedCall } from '../../../packages/core/src/driver/tracked-call.ts';
import { ReleaseRequests } from '../../../packages/core/src/socket/release-requests.ts';
import { connectionError, replyError } from './call-of.ts';

const oom = replyError("OOM command not allowed when used memory > 'maxmemory'.");
const mistake = new Error('Connection in subscriber mode, only subscriber commands may be used');
const broken = connectionError();

it.each([
  ['a mistake of the caller withdraws the call', mistake, false, { kind: 'withdrawn', error: mistake }],
  ['any other error of the driver loses the call', broken, false, { kind: 'lost', error: broken }],
  [
    'an error reply refuses the call',
    oom,
    false,
    { kind: 'refused', error: oom, ranInPart: false, verdict: { outcome: 'not-applied' } },
  ],
  [
    'an error reply of a script may come after a write',
    oom,
    true,
    { kind: 'refused', error: oom, ranInPart: false, verdict: { outcome: 'refused' } },
  ],
] as const)('%s', (_title, error, isScript, happening) => {
  expect(happeningOf(error, isScript, false)).toMatchObject(happening);
});

it.each([
  ['MOVED 7 127.0.0.1:7001', true, 'cluster-down'],
  ['ASK 7 127.0.0.1:7001', true, 'cluster-down'],
  ['MOVED 7 127.0.0.1:7001', false, undefined],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', true, undefined],
])('the reply %s to a client that follows redirections (%s) has the cause %s', (text, follows, cause) => {
  expect(happeningOf(replyError(text), false, follows)).toMatchObject({ verdict: { cause } });
});

describe('a null for a call that blocks', () => {
  it('is the answer when nobody asked for its release', () => {
    expect(answered).toEqual({ kind: 'answered', isLetGo: false });
    expect(answerTo(blocking(new ReleaseRequests()), null, at(10))).toBe(answered);
    expect(answerTo({ sent: { at: 0 }, slow: undefined }, null, at(10))).toBe(answered);
  });

  it('is not for its caller when a release was asked for, whether or not the server has said so', async () => {
    const { releases, reply } = await asked();
    expect(answerTo(blocking(releases), null, at(10))).toBe(letGo);
    reply(1);
    await turn();
    expect(answerTo(blocking(releases), null, at(10))).toBe(answered);
  });

  it('of two releases that were asked for, only one of which found it, is not for its caller', async () => {
    const releases = new ReleaseRequests();
    const first = await asked(releases);
    const second = await asked(releases);
    first.reply(1);
    second.reply(0);
    await turn();
    expect([first.call.released, answerTo(blocking(releases), null, at(10))]).toEqual([true, letGo]);
  });

  it('that a late release ends, which was meant for the call before it, is not for its caller', async () => {
    const { releases, call, reply } = await asked();
    call.written = undefined;
    reply(1);
    await turn();
    expect([call.released, answerTo(blocking(releases), null, at(10))]).toEqual([false, letGo]);
  });

  it('is the answer when its own time has passed, or no call was let go', async () => {
    const { releases, call, reply } = await asked();
    expect(answerTo(blocking(releases), null, at(5_000))).toBe(answered);
    reply(0);
    await turn();
    expect([call.released, answerTo(blocking(releases), null, at(10))]).toEqual([false, answered]);
  });
});

const at = (now: number): { now(): number } => ({ now: () => now });

/** A call that was sent at 0 with a timeout of 5 s. */
function blocking(releases: ReleaseRequests): Parameters<typeof answerTo>[0] {
  return { sent: { at: 0 }, slow: { blockingMs: 5_000, releases } };
}

interface Asked {
  readonly releases: ReleaseRequests;
  readonly call: Pick<TrackedCall, 'released' | 'written'>;
  readonly reply: (value: number) => void;
}

/** A blocking call that the server has been asked to end with CLIENT UNBLOCK. */
async function asked(releases = new ReleaseRequests()): Promise<Asked> {
  const call = {
    written: {},
    released: false,
    releases: undefined,
    settled: false,
  } as unknown as TrackedCall;
  let reply = (_value: number): void => undefined;
  const replied = new Promise<number>((resolve) => {
    reply = resolve;
  });
  void releases.ask(call, replied);
  await turn();
  return { releases, call, reply };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
