import type { Redis } from 'ioredis';
import type { DriverCommand, SendCommand } from '../../driver/driver-command.ts';
import { isUnsendable, refuseName } from '../../driver/unsendable-command.ts';
import { isRedisResilienceError } from '../../errors.ts';
import { internals } from '../internals.ts';

/** The parts of a lease that its client uses. */
export interface ClientUse {
  /** Returns the error for a use of the client after the lease has ended; undefined while the lease is active. */
  refusal(name: string): Error | undefined;
  /** Called when a command is about to be sent. */
  sends(command: DriverCommand): void;
  /** Called when the client is told to connect or disconnect. */
  alters(): void;
}

const useOf = Symbol('use');
const addedTo = Symbol('added listeners');
type Listener = (...args: unknown[]) => void;

interface LeasedClient extends Redis {
  [useOf]: ClientUse;
  /** The listeners that were added through this client; undefined if there are none. */
  [addedTo]: [event: string | symbol, listener: Listener][] | undefined;
}

/**
 * Returns a function that creates a client for each lease of one connection. A leased client looks like the
 * connection's own client, but sends nothing once its lease has ended, even if the connection has since been leased to
 * another caller.
 */
export function leasedClients(client: Redis): (use: ClientUse) => Redis {
  const overlay = Object.create(client, Object.getOwnPropertyDescriptors(overlayOf(client))) as object;
  return (use) => {
    // A client is created for each lease, so its fields are assigned, which is far faster than defining properties.
    const leased = Object.create(overlay) as LeasedClient;
    leased[useOf] = use;
    leased[addedTo] = undefined;
    return leased;
  };
}

/** Removes the listeners that were added through a leased client. */
export function removeListeners(leased: Redis): void {
  if ((leased as LeasedClient)[addedTo] !== undefined) leased.removeAllListeners();
}

/** The methods in which a leased client differs from its connection's client. */
function overlayOf(client: Redis): object {
  const send = ((command, stream, node) =>
    internals(client).sendCommand(command, stream, node)) as SendCommand;
  const add = (method: 'on' | 'once' | 'prependListener' | 'prependOnceListener') =>
    function addListener(this: LeasedClient, event: string, listener: Listener): Redis {
      throwIfEnded(this, method);
      (this[addedTo] ??= []).push([event, listener]);
      internals(client)[method](event, listener);
      return this;
    };
  const remove = function removeListener(this: LeasedClient, event: string, listener: Listener): Redis {
    const added = this[addedTo] ?? [];
    const index = added.findIndex(([name, each]) => name === event && each === listener);
    if (index === -1) return this;
    added.splice(index, 1);
    client.removeListener(event, listener);
    return this;
  };
  return {
    sendCommand(this: LeasedClient, command: DriverCommand, ...rest: [never, never]): unknown {
      const use = this[useOf];
      if (typeof command.name !== 'string') refuseName(command);
      const refusal = use.refusal(command.name);
      if (refusal === undefined) {
        use.sends(command);
        return send(command, ...rest);
      }
      if (isUnsendable(command)) return command.promise;
      // A caller that ignores the promise must not cause an unhandled rejection.
      command.promise.catch(ignore);
      command.reject(refusal);
      return command.promise;
    },
    connect(this: LeasedClient): Promise<void> {
      const refusal = this[useOf].refusal('connect');
      if (refusal !== undefined) return Promise.reject(refusal);
      this[useOf].alters();
      return client.connect();
    },
    disconnect(this: LeasedClient, isToReconnect = false): void {
      if (this[useOf].refusal('disconnect') !== undefined) return;
      this[useOf].alters();
      client.disconnect(isToReconnect);
    },
    end(this: LeasedClient): void {
      this.disconnect();
    },
    // ioredis' `monitor` calls `duplicate`, which throws an error after the end of the lease instead of rejecting.
    async monitor(this: LeasedClient): Promise<Redis> {
      throwIfEnded(this, 'monitor');
      return await client.monitor();
    },
    duplicate(this: LeasedClient, override?: object): Redis {
      throwIfEnded(this, 'duplicate');
      return client.duplicate(override);
    },
    on: add('on'),
    addListener: add('on'),
    once: add('once'),
    prependListener: add('prependListener'),
    prependOnceListener: add('prependOnceListener'),
    off: remove,
    removeListener: remove,
    removeAllListeners(this: LeasedClient, event?: string): Redis {
      for (const [name, listener] of this[addedTo]?.slice() ?? []) {
        if (event === undefined || event === name) remove.call(this, String(name), listener);
      }
      return this;
    },
  };
}

function throwIfEnded(leased: LeasedClient, name: string): void {
  const refusal = leased[useOf].refusal(name);
  if (refusal !== undefined) throw refusal;
}

function ignore(error: unknown): void {
  if (!isRedisResilienceError(error)) throw error;
}
