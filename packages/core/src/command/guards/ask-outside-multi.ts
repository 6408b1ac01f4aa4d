import type { Driver } from '../../driver/driver.ts';
import type { Gate } from '../gate.ts';

/**
 * Sends one of this library's own commands, and resolves with the reply. Rejects while the connection is inside a
 * MULTI, because the command would become a part of the transaction, and its reply a part of the caller's result.
 */
export async function askOutsideMulti(
  { state }: Gate,
  driver: Pick<Driver, 'ask'>,
  command: string,
  args: readonly string[],
): Promise<unknown> {
  if (state.guards.transactions.isOpen) throw new Error('The connection is inside a MULTI.');
  return await driver.ask(command, args);
}
