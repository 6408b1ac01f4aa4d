import { describeCause, type CauseCode } from '../cause.ts';
import { RedisUnavailableError, type ErrorDetails, type Outcome } from '../errors.ts';
import type { Call } from './call.ts';
import type { GateHost } from './gate-host.ts';

/** The facts every refusal carries, and the sentence that says why. */
export function describeUnavailable(
  host: GateHost,
  call: Call,
  reason: CauseCode | undefined,
): ErrorDetails & { readonly sentence: string; readonly outcome: Outcome } {
  const lane = call.batch?.lane ?? call.traits.lane;
  return {
    reason,
    connection: host.settings.name,
    outcome: call.slow?.outcome ?? 'not-applied',
    retryAfterMs: reason === 'closed' ? undefined : host.retryAfterMs(lane),
    forensics: host.forensics(call),
    sentence: reason === undefined ? 'the connection is not ready yet.' : describeCause(reason),
  };
}

/** The error of a command that could not be sent, or provably did not run. */
export function unavailable(
  host: GateHost,
  call: Call,
  reason: CauseCode | undefined,
  cause?: unknown,
): RedisUnavailableError {
  const details = describeUnavailable(host, call, reason);
  const advice =
    details.outcome === 'not-applied'
      ? 'It did not run: use a fallback, or try again later.'
      : 'Try again later.';
  return new RedisUnavailableError(
    `Redis cannot take ${call.traits.name} now: ${details.sentence} ${advice}`,
    {
      ...details,
      cause,
    },
  );
}
