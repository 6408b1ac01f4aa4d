import { traitsOf } from '../catalogue/command-traits.ts';
import type { DriverCommand } from '../driver/driver-command.ts';

/**
 * Spells the name of a command that does more than read or write data in lower case, because the driver recognises no
 * other spelling: `client.call('SELECT', 1)` must have the same effect as `client.select(1)`. Unknown names are sent as
 * they were given, because servers repeat them in error replies.
 */
export function spellInLowerCase(command: DriverCommand): void {
  const { name, kind } = traitsOf(command.name);
  if (name === command.name || kind === 'ordinary' || kind === 'unknown') return;
  command.name = name;
}
