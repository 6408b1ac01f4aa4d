import { maySendAgain, type CategoryOverrides } from '../catalogue/categorise.ts';
import { traitsOf } from '../catalogue/command-traits.ts';
import type { Entry } from './entry.ts';

/**
 * Whether a call of unknown outcome may be sent again: by its category, a pipeline by its worst member. MULTI and EXEC
 * themselves have no effect; a pipeline that holds one is still only as harmless as what stands between them.
 */
export function mayResendCall(entry: Entry, overrides: CategoryOverrides | undefined): boolean {
  if (entry.batch === undefined) return maySendAgain(entry.traits, entry.command.args, overrides);
  if (entry.late?.isGuarded === true) return false;
  return entry.batch.members.every(({ command }) => {
    const traits = traitsOf(command.name);
    return traits.name === 'multi' || traits.name === 'exec' || maySendAgain(traits, command.args, overrides);
  });
}
