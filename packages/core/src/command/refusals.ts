import type { CauseCode } from '../cause.ts';
import { CircuitOpenError, OverloadedError } from '../errors.ts';
import { laneOf, type Entry } from './entry.ts';
import type { GateHost } from './gate-host.ts';
import type { Admission } from './admission.ts';
import type { RequestBudget } from './request-budget.ts';
import { describeUnavailable, unavailable } from './unavailable.ts';

/** The error of a call that was not admitted. */
export function refusal(
  host: GateHost,
  entry: Entry,
  why: (Admission & { kind: 'refuse' })['why'],
  budget: RequestBudget | undefined,
): Error {
  switch (why) {
    case 'closed':
      return unavailable(host, entry, 'closed');
    case 'budget':
      return (budget as RequestBudget).error(entry);
    case 'isolated':
      return circuitOpen(host, entry, 'isolated');
    case 'overloaded':
      return overloaded(host, entry);
    case 'away':
      return unavailable(host, entry, host.laneCause(laneOf(entry)));
    default:
      return why satisfies never;
  }
}

/** The error of a call that its circuit does not let pass. */
export function circuitOpen(host: GateHost, entry: Entry, cause: CauseCode | undefined): CircuitOpenError {
  const details = describeUnavailable(host, entry, cause);
  return new CircuitOpenError(
    `The circuit for ${laneOf(entry)}s does not let ${entry.traits.name} pass: ${details.sentence}`,
    details,
  );
}

/** The error of a call that finds the bounded queue full. */
function overloaded(host: GateHost, entry: Entry): OverloadedError {
  return new OverloadedError(
    `Too many commands wait already; ${entry.traits.name} was not sent. Shed load.`,
    describeUnavailable(host, entry, 'overloaded'),
  );
}
