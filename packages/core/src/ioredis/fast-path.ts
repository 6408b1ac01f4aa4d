import { tracingChannel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import type { DriverCommand, SendCommand } from '../driver/driver-command.ts';
import { internals, type Condition } from './internals.ts';

const commandChannel = tracingChannel('ioredis:command');
const driverLogs = /ioredis/.test(process.env['DEBUG'] ?? '') || process.env['DEBUG'] === '*';

/**
 * Writes a plain command to the socket and puts it into ioredis' queue of unanswered ones, without the rest of what
 * `sendCommand` does. Undefined where a tracer, ioredis' own log or its field sets have to see every command.
 */
export function fastPathOf(
  client: Redis,
  send: SendCommand,
): ((command: DriverCommand, socket: Socket) => void) | undefined {
  const target = internals(client);
  if (send.isWrapped === true) return undefined;
  const fieldsets = target.options['himportFieldsets'];
  if (driverLogs || (Array.isArray(fieldsets) && fieldsets.length > 0)) return undefined;
  return (command, socket) => {
    const condition = target.condition as Condition;
    if (commandChannel.hasSubscribers || (condition.subscriber && condition.protocol !== 3)) {
      send(command);
      return;
    }
    if (condition.protocol !== undefined) {
      command.protocol = condition.protocol;
      command.replyMapping = condition.replyMapping ?? 'legacy';
    }
    socket.write(command.toWritable(socket));
    target.commandQueue.push({ command, stream: undefined, select: condition.select });
  };
}
