import type { Clock, Random } from '../clock.ts';
import type { Credentials } from '../redis-resilience.ts';
import { resolveCredentials } from './credentials.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

const firstPauseMs = 100;
const maxPauseMs = 1_000;

/**
 * Limits how often the application's credentials provider is called. Concurrent calls share one result. After a failure
 * the provider is not called for 50 to 100 ms, chosen at random; this range doubles with each further failure, up to
 * 500 to 1,000 ms. During the pause after a failure, requests for credentials fail with the provider's last error. When
 * the signal aborts, a call that waits for the provider rejects.
 */
export function throttledCredentials(
  provider: () => Credentials | Promise<Credentials>,
  timeoutMs: number,
  clock: Clock,
  random: Random,
  signal?: CancelSignal,
): () => Promise<Credentials> {
  let asking: Promise<Credentials> | undefined;
  let failure: { readonly error: unknown; readonly until: number } | undefined;
  let pauseMs = firstPauseMs;

  async function ask(): Promise<Credentials> {
    try {
      const given = await resolveCredentials(provider, timeoutMs, clock, signal);
      pauseMs = firstPauseMs;
      return given as Credentials;
    } catch (error) {
      failure = { error, until: clock.now() + pauseMs * (0.5 + 0.5 * random()) };
      pauseMs = Math.min(2 * pauseMs, maxPauseMs);
      throw error;
    } finally {
      asking = undefined;
    }
  }

  return () => {
    if (failure !== undefined && clock.now() < failure.until) return Promise.reject(failure.error);
    asking ??= ask();
    return asking;
  };
}
