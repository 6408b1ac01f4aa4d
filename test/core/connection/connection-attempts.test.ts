import { describe, expect, it } from 'vitest';
import {
  ConnectionAttempts,
  type AttemptTrouble,
} from '../../../packages/core/src/connection/connection-attempts.ts';
import type { DialAttempt, DialResult } from '../../../packages/core/src/dialing/dial-request.ts';
import { HedgeTurns } from '../../../packages/core/src/handshake/hedging/hedge-turns.ts';
import type { Target } from '../../../packages/core/src/handshake/establish.ts';
import type { TlsMismatch } from '../../../packages/core/src/handshake/tls-mismatch.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

interface Attempting {
  readonly wired: WiredDriver;
  readonly attempts: ConnectionAttempts;
  readonly troubles: AttemptTrouble[];
  readonly results: DialResult[];
  /** The phases that the attempt has reported. */
  readonly phases: string[];
  readonly abort: AbortController;
  run(isHedged?: boolean): void;
}

function prepared(target: Partial<Target> = {}, tlsMismatch?: TlsMismatch): Attempting {
  const wired = new WiredDriver();
  const attempts = new ConnectionAttempts({ ...wired.target, ...target }, wired.clock, tlsMismatch);
  const turns = new HedgeTurns();
  const troubles: AttemptTrouble[] = [];
  const results: DialResult[] = [];
  const phases: string[] = [];
  const abort = new AbortController();
  const attempt: DialAttempt = {
    signal: abort.signal,
    synDeadlineMs: 950,
    handshakeDeadlineMs: 5_000,
    connected: () => void phases.push('connected'),
    preparing: (cause) => {
      phases.push(cause);
      return () => void phases.push(`${cause} done`);
    },
  };
  const run = (isHedged = false): void => {
    void attempts
      .run(attempt, isHedged ? turns : undefined, (trouble) => troubles.push(trouble))
      .then((result) => results.push(result));
  };
  return { wired, attempts, troubles, results, phases, abort, run };
}

describe('an attempt', () => {
  it('that succeeds gives its socket once, and tells how many clients the server has', async () => {
    const { wired, attempts, troubles, results, phases, run } = prepared({
      credentials: () => ({ password: 'secret' }),
    });
    wired.server.password = 'secret';
    run();
    await wired.travel(10);
    expect(results).toMatchObject([{ ok: true, fleetSize: 1 }]);
    expect(attempts.take()).toMatchObject({ credentials: { password: 'secret' }, proof: { clientId: '1' } });
    expect(attempts.take()).toBeUndefined();
    expect(phases).toEqual(['credentials', 'credentials done', 'dns', 'dns done', 'connected']);
    expect(troubles).toEqual([]);
  });

  it('tells no number of clients where it may not ask', async () => {
    const { wired, results, run } = prepared();
    wired.server.refuses.set('info', 'NOPERM this user has no permissions');
    run();
    await wired.travel(10);
    expect(results).toMatchObject([{ ok: true, fleetSize: undefined }]);
  });

  it('that is not needed any more is discarded, and no other', async () => {
    const { wired, attempts, results, run } = prepared();
    run();
    await wired.travel(10);
    run();
    await wired.travel(10);
    const [first] = results;
    if (first?.ok === true) first.discard?.();
    await wired.travel(1);
    expect(wired.network.links).toHaveLength(1);
    expect(attempts.take()?.proof.clientId).toBe('2');
    expect(attempts.take()).toBeUndefined();
  });

  it('that fails tells its cause, and the error beneath', async () => {
    const { wired, troubles, results, run } = prepared();
    wired.server.stop();
    run();
    await wired.travel(10);
    const error = expect.objectContaining({ code: 'ECONNREFUSED' });
    expect(troubles).toEqual([{ cause: 'connection-refused', error }]);
    expect(results).toEqual([{ ok: false, cause: 'connection-refused', error }]);
  });

  it('that fails without an error beneath tells itself', async () => {
    const { wired, troubles, run } = prepared({ endpoint: () => Promise.reject('no error') });
    run();
    await wired.travel(10);
    expect(troubles).toMatchObject([{ cause: 'connection-reset', error: { name: 'EstablishError' } }]);
  });

  it('that is aborted fails for that reason', async () => {
    const { wired, results, abort, run } = prepared();
    wired.server.freeze();
    run();
    await wired.travel(10);
    abort.abort(new Error('It took too long.'));
    await wired.travel(1);
    expect(results).toMatchObject([
      { ok: false, cause: 'handshake-timeout', error: { message: 'It took too long.' } },
    ]);
    expect(wired.network.links).toEqual([]);
  });

  it.each([
    { isHedged: true, opened: 4 },
    { isHedged: false, opened: 1 },
  ])(
    'at a silent server opens $opened connections when it may be hedged: $isHedged',
    async ({ isHedged, opened }) => {
      const { wired, abort, run } = prepared();
      wired.server.freeze();
      run(isHedged);
      await wired.travel(490);
      expect(wired.network.openedAt).toHaveLength(opened);
      abort.abort(new Error('enough'));
    },
  );

  it('at a silent server is hedged in turn with others to that server, each of which says so', async () => {
    const { wired, abort, troubles, run } = prepared();
    wired.server.freeze();
    for (let attempt = 0; attempt < 10; attempt++) run(true);
    await wired.travel(490);
    expect(wired.network.openedAt).toHaveLength(10 + 3);
    await wired.travel(150);
    expect(troubles).toHaveLength(10);
    abort.abort(new Error('enough'));
  });

  it('tells that the sentinels do not answer while it goes on', async () => {
    const { wired, troubles, abort, run } = prepared({
      asksSentinels: true,
      endpoint: () => new Promise(() => undefined),
    });
    run(true);
    await wired.travel(700);
    expect(troubles).toMatchObject([
      { cause: 'sentinel', error: { message: 'The sentinels do not answer.' } },
    ]);
    abort.abort(new Error('enough'));
  });

  it('tells that there is no answer while it goes on', async () => {
    const { wired, troubles, results, run } = prepared();
    wired.server.freeze();
    run(true);
    await wired.travel(499);
    expect(troubles).toEqual([]);
    await wired.travel(120);
    expect(troubles).toMatchObject([
      { cause: 'handshake-timeout', error: { message: 'The peer does not answer.' } },
    ]);
    wired.server.thaw();
    await wired.travel(10);
    expect(results).toMatchObject([{ ok: true }]);
  });

  it('has another cause where that explains its failure, or its silence', async () => {
    const asked: unknown[] = [];
    const explain: TlsMismatch['explain'] = (cause, endpoint) => {
      asked.push([cause, endpoint?.port]);
      return Promise.resolve('tls');
    };
    const { wired, troubles, results, abort, run } = prepared({}, { explain } as TlsMismatch);
    wired.server.freeze();
    run(true);
    await wired.travel(620);
    abort.abort(new Error('enough'));
    await wired.travel(1);
    expect(troubles.map(({ cause }) => cause)).toEqual(['tls', 'tls']);
    expect(results).toMatchObject([{ ok: false, cause: 'tls' }]);
    expect(asked).toEqual([
      ['handshake-timeout', 6379],
      ['handshake-timeout', 6379],
    ]);
  });
});
