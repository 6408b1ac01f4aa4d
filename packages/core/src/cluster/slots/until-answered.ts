import type { Clock } from '../../clock.ts';
import { withinDeadline } from '../../deadline.ts';
import { EstablishError } from '../../handshake/establish.ts';

/**
 * Resolves with a node's answer. Rejects if the answer takes longer than `limitMs`, which may be Infinity, or when
 * `signal` aborts.
 */
export function untilAnswered(
  clock: Clock,
  answer: Promise<unknown>,
  limitMs: number,
  signal: AbortSignal,
): Promise<unknown> {
  const late = (): Error => new EstablishError('stalled', undefined);
  return withinDeadline(clock, limitMs, answer, late, signal);
}
