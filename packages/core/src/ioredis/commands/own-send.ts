import type { Cluster, Redis } from 'ioredis';
import type { DriverCommand, SendCommand } from '../../driver/driver-command.ts';
import { internals } from '../internals.ts';
import { mendCommands } from './mend-commands.ts';
import { rejectInsteadOfThrowing } from './thrown-commands.ts';

/** Returns the client's own `sendCommand`; must be called before the gate replaces it. */
export function ownSendOf(client: Redis | Cluster): SendCommand {
  mendCommands();
  const own = internals(client).sendCommand;
  const send = own.bind<SendCommand>(client);
  return rejectInsteadOfThrowing(isDriversOwn(own) ? send : forWrapper(send));
}

const judged = new WeakMap<SendCommand, boolean>();

// ioredis' own function is recognised by its source, which contains the names of its queues or `isCluster`; the source
// of a wrapper contains neither.
function isDriversOwn(send: SendCommand): boolean {
  let isOwn = judged.get(send);
  if (isOwn === undefined) {
    isOwn = /(command|offline)Queue|isCluster/.test(Function.prototype.toString.call(send));
    judged.set(send, isOwn);
  }
  return isOwn;
}

/**
 * Returns a `sendCommand` for a client that a tracing library, such as instrumentation-ioredis, has wrapped. The
 * wrapper of a tracing library replaces a command's `resolve` and `reject` at each attempt. The original `resolve` and
 * `reject` are restored before each attempt, because otherwise the replacements from earlier attempts would be called
 * too.
 */
function forWrapper(send: SendCommand): SendCommand {
  const originals = new WeakMap<DriverCommand, Pick<DriverCommand, 'resolve' | 'reject'>>();
  const sendAfresh: SendCommand = (command, stream, node) => {
    if (command.call !== undefined) {
      const { resolve, reject } = originals.get(command) ?? command;
      originals.set(command, { resolve, reject });
      command.resolve = resolve;
      command.reject = reject;
    }
    return send(command, stream, node);
  };
  return Object.assign(sendAfresh, { isWrapped: true });
}
