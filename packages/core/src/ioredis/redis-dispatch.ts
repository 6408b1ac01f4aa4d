import type { Redis } from 'ioredis';
import type { Wire } from '../socket/wire.ts';
import type { SendCommand } from '../driver/driver-command.ts';
import * as lifecycle from './lifecycle.ts';
import * as driver from './client.ts';
import type { Dispatch } from '../command/dispatch.ts';

const handshakeNames = new Set(['hello', 'auth', 'select', 'client', 'readonly', 'info', 'monitor']);

/** Hands commands to a single ioredis instance: to its socket where that is right, else to the instance. */
export function redisDispatch(client: Redis, send: SendCommand, wire: () => Wire): Dispatch {
  return {
    send,
    writesAtOnce: true,
    fastPath() {
      const { socket } = wire();
      const write = driver.fastPath(client, send);
      return write === undefined || socket === undefined ? undefined : (command) => write(command, socket);
    },
    currentFlush: () => wire().currentFlush(),
    isHandshake: (command) => driver.isHandshaking(client) && handshakeNames.has(command.name.toLowerCase()),
    wake: () => lifecycle.wake(client),
    leave(quit) {
      client.disconnect();
      quit.resolve(Buffer.from('OK'));
    },
    isBlocked: () => wire().isBlocked,
    beforeBatch: ignore,
    readAt: () => wire().readAt,
  };
}

function ignore(): void {
  // The failed attempt is reported by the connection.
}
