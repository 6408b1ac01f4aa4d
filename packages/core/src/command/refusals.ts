import type { CauseCode } from '../cause.ts';
import { CircuitOpenError, OverloadedError } from '../errors.ts';
import { laneOf, type Call } from './call.ts';
import type { GateHost } from './gate-host.ts';
import type { Admission } from './admission.ts';
import type { RequestBudget } from '../verbs/request-budget.ts';
import { describeUnavailable, unavailable } from './unavailable.ts';

/** The error of a call that was not admitted. */
export function refusal(
  host: GateHost,
  call: Call,
  why: (Admission & { kind: 'refuse' })['why'],
  requestBudget: RequestBudget | undefined,
): Error {
  switch (why) {
    case 'closed':
      return unavailable(host, call, 'closed');
    case 'request-budget':
      return (requestBudget as RequestBudget).error(call.traits.name);
    case 'isolated':
      return circuitOpen(host, call, 'isolated');
    case 'overloaded':
      return overloaded(host, call);
    case 'away':
      return unavailable(host, call, host.laneCause(laneOf(call)));
    default:
      return why satisfies never;
  }
}

/** The error of a call that its circuit does not let pass. */
export function circuitOpen(host: GateHost, call: Call, cause: CauseCode | undefined): CircuitOpenError {
  const details = describeUnavailable(host, call, cause);
  return new CircuitOpenError(
    `The circuit for ${laneOf(call)}s does not let ${call.traits.name} pass: ${details.sentence}`,
    details,
  );
}

/** The error of a call that finds the bounded queue full. */
function overloaded(host: GateHost, call: Call): OverloadedError {
  return new OverloadedError(
    `Too many commands wait already; ${call.traits.name} was not sent. Shed load.`,
    describeUnavailable(host, call, 'overloaded'),
  );
}
