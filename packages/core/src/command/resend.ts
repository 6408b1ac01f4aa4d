import { maySendAgain, type CategoryOverrides } from '../catalogue/categorise.ts';
import { traitsOf } from '../catalogue/command-traits.ts';
import type { Call } from './call.ts';

/**
 * Whether a call of unknown outcome may be sent again: by its category, a pipeline by its worst command. MULTI and EXEC
 * themselves have no effect; a pipeline that holds one is still only as harmless as what stands between them.
 */
export function mayResendCall(call: Call, overrides: CategoryOverrides | undefined): boolean {
  if (call.batch === undefined) return maySendAgain(call.traits, call.command.args, overrides);
  if (call.slow?.isGuarded === true) return false;
  return call.batch.commands.every(({ command }) => {
    const traits = traitsOf(command.name);
    return traits.name === 'multi' || traits.name === 'exec' || maySendAgain(traits, command.args, overrides);
  });
}
