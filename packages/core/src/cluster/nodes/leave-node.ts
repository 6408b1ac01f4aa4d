import type { NodeDriver } from '../../driver/cluster-driver.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';

/**
 * Handles the QUIT that the cluster client's `quit()` sends to a node. Returns true if the QUIT must not be sent,
 * because no command can be waiting for the node. While the connection to the node is being made, commands may be
 * waiting for it, and the QUIT has to wait behind them.
 *
 * `quit()` counts a node as closed only if the QUIT is rejected with exactly the text below. With another error, such as
 * that of a failed attempt to connect, `quit()` would reject.
 */
export function leaveNode(quit: DriverCommand, node: NodeDriver, isSilent: boolean): boolean {
  const { reject } = quit;
  const closed = (): unknown => reject.call(quit, new Error('Connection is closed.'));
  const isConnecting = node.status === 'connecting' || node.status === 'handshake';
  if (node.status === 'ready') return false;
  if (isConnecting && !isSilent) {
    quit.reject = closed;
    return false;
  }
  node.disconnect();
  closed();
  return true;
}
