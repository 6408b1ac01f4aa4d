import type { Clock } from '../../clock.ts';
import { withinDeadline } from '../../deadline.ts';
import { EstablishError } from '../../handshake/establish.ts';

/** Resolves with a node's answer. Rejects if there is none within `limitMs`, which may be Infinity, or at the signal. */
export function untilAnswered(
  clock: Clock,
  answer: Promise<unknown>,
  limitMs: number,
  signal: AbortSignal,
): Promise<unknown> {
  const late = (): Error => new EstablishError('stalled', undefined);
  // Node.js timers cannot wait longer than this.
  return withinDeadline(clock, Math.min(limitMs, 2 ** 31 - 1), answer, late, signal);
}
