import type { CauseCode } from '../cause.ts';
import { CommandTimeoutError, OutcomeUnknownError, type Outcome } from '../errors.ts';
import { laneOf, type Call } from './call.ts';
import type { GateHost } from './gate-host.ts';
import { describeUnavailable, unavailable } from './unavailable.ts';

/** The error of a call whose connection broke or whose server is away, when it is not sent again. */
export function surfaced(
  host: GateHost,
  call: Call,
  cause: CauseCode | undefined,
  beneath: Error | undefined,
): Error {
  const lane = laneOf(call);
  const reason = cause ?? host.laneCause(lane) ?? 'connection-reset';
  if (call.slow?.outcome !== 'unknown' || lane === 'read') return unavailable(host, call, reason, beneath);
  return new OutcomeUnknownError(
    `The connection broke after ${call.traits.name} was sent and before its answer: it may have run. ` +
      'Check before sending it again, or use applyOnce.',
    { ...describeUnavailable(host, call, reason), outcome: 'unknown', cause: beneath },
  );
}

/** The error of a call that was sent and not answered within its deadline. */
export function overdue(host: GateHost, call: Call, reason: CauseCode): CommandTimeoutError {
  const isUnknown = call.slow?.outcome === 'unknown';
  return new CommandTimeoutError(
    `${call.traits.name} was not answered within its deadline. ${isUnknown ? 'It may have run.' : 'It did not run.'}`,
    describeUnavailable(host, call, reason),
  );
}

/** Marks an error reply with its outcome; the reply itself stays what the server said. */
export function markRefused(error: Error): Error {
  return Object.assign(error, { outcome: 'refused' satisfies Outcome });
}
