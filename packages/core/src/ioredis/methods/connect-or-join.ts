import type { FirstFailure } from '../../driver/driver-connector.ts';
import type { Internals } from '../internals.ts';
import { beneath } from './replaced-method.ts';

const begun = Symbol('begun');

interface Begun {
  /** Settles when the client is ready or closed, after however many attempts. */
  readonly whole: Promise<void>;
  /** Whether an attempt has failed, and no caller of `connect` has been told since that the client is connected. */
  hasFailed: boolean;
}

interface Connecting extends Internals {
  [begun]?: Begun | undefined;
}

/**
 * Connects the client, and resolves when it is ready. Rejects at the first failed attempt, while the client keeps
 * trying. After that, a call joins the attempts that are under way, or resolves if one of them has succeeded in the
 * meantime: ioredis would reject it, so a caller that calls `connect()` until it succeeds would never come to an end.
 */
export function connectOrJoin(client: Connecting, source: FirstFailure): Promise<void> {
  const isUnderWay = ['connecting', 'connect', 'ready'].includes(client.status);
  const known = client[begun];
  if (isUnderWay && known?.hasFailed === true) return untilFailure(client, known, source);
  // ioredis itself calls `connect()` with this status, right after a connection was lost.
  const hasFailed = client.status === 'reconnecting';
  const whole = beneath(client as Internals, 'connect').call(client);
  // ioredis rejects a second call during the first attempt.
  if (isUnderWay) return whole;
  const current = { whole, hasFailed };
  client[begun] = current;
  return untilFailure(client, current, source);
}

function untilFailure(client: Connecting, current: Begun, source: FirstFailure): Promise<void> {
  const answer = Promise.race([current.whole, source.firstFailure()]);
  answer.then(
    () => (client[begun] = undefined),
    () => (current.hasFailed = true),
  );
  return answer;
}
