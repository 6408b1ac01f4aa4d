import { maySendAgain, maySendAllAgain, type CategoryOverrides } from '../../catalogue/categorise.ts';
import type { CallFacts } from '../call.ts';

/** Returns whether a call with an unknown outcome may be retried; a batch only if this is true of all its commands. */
export function isRepeatable(
  { batch, slow, traits, command }: CallFacts,
  categories?: CategoryOverrides,
): boolean {
  if (slow?.isGuarded === true || slow?.multi?.isEnded === true) return false;
  if (batch === undefined) return maySendAgain(traits, command.args, categories);
  return maySendAllAgain(
    batch.commands.map(({ command: each }) => each),
    categories,
  );
}
