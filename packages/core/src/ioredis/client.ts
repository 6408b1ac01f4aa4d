import { tracingChannel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Cluster, Redis } from 'ioredis';
import type { DriverCommand, DriverConnector, SendCommand } from '../driver/driver-command.ts';
import { internals, type Condition } from './internals.ts';

const commandChannel = tracingChannel('ioredis:command');
const driverLogs = /ioredis/.test(process.env['DEBUG'] ?? '') || process.env['DEBUG'] === '*';

export function isCluster(client: Redis | Cluster): client is Cluster {
  return internals(client).isCluster === true;
}

export function statusOf(client: Redis | Cluster): string {
  return internals(client).status;
}

/** The options ioredis reads anew at each connection; live, so that a change counts from the next attempt on. */
export function optionsOf(client: Redis | Cluster): Record<string, unknown> {
  return internals(client).options;
}

export function socketOf(client: Redis): Socket | undefined {
  return internals(client).stream;
}

const protectedBy = Symbol.for('redis-resilience.protected');

/** Whether a gate, of this copy of the library or of another, already stands before this client. */
export function isProtected(client: Redis | Cluster): boolean {
  return (client as unknown as Record<symbol, unknown>)[protectedBy] === true;
}

export function markProtected(client: Redis | Cluster): void {
  Object.defineProperty(client, protectedBy, { value: true });
}

/** The driver's own `sendCommand`, to be asked for before the gate takes its place. */
export function sendCommandOf(client: Redis | Cluster): SendCommand {
  const own = internals(client).sendCommand;
  const send = own.bind<SendCommand>(client);
  return isDriversOwn(own) ? send : forWrapper(send);
}

// The driver's own puts commands into its queues; a wrapper leaves that to it.
function isDriversOwn(send: SendCommand): boolean {
  return /(command|offline)Queue|isCluster/.test(Function.prototype.toString.call(send));
}

/**
 * Wrappers (instrumentation-ioredis, for one) put settlers of their own in the place of those they find: each attempt
 * shows them the original ones, or those of an earlier attempt would be called as well.
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

/** Puts `gate` in the place of `sendCommand`. */
export function interceptSendCommand(client: Redis | Cluster, gate: SendCommand): void {
  internals(client).sendCommand = gate;
}

/**
 * Takes over dialing, and switches off everything in the driver that would retry, queue, resend or time out beside
 * us. `maxRetriesPerRequest: 0` is the one setting that neither resends nor loses what was in flight.
 */
export function takeOverConnection(client: Redis, connector: DriverConnector): void {
  const target = internals(client);
  refuseStaleReady(target);
  target.connector = connector;
  Object.assign(target.options, {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    enableOfflineQueue: true,
    enableReadyCheck: false,
    commandTimeout: undefined,
    socketTimeout: undefined,
    reconnectOnError: null,
    connectTimeout: 0,
  });
}

// ioredis 5 tells of `ready` when the answers to its CLIENT commands are in, or failed: so also when the connection broke
// meanwhile, and then stays ready without a socket for ever (ioredis issue 2099).
function refuseStaleReady(target: ReturnType<typeof internals>): void {
  const setStatus = target.setStatus.bind(target);
  target.setStatus = (...args) => {
    if (args[0] !== 'ready' || target.status === 'connect') return setStatus(...args);
    // What follows in the driver would take the subscriptions for brought back.
    const { prevCondition } = target;
    queueMicrotask(() => {
      target.prevCondition ??= prevCondition ?? null;
    });
  };
}

/** As {@link takeOverConnection}, for a client that also comes back by itself: everything but a cluster node. */
export function takeOverRetry(client: Redis): void {
  internals(client).options['retryStrategy'] = () => 0;
}

/** The fast path to the socket, for plain commands on a ready connection. Undefined where only the slow path is right. */
export function fastPath(
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

/** How many commands the driver has written and has no answer to. */
export function unansweredCount(client: Redis): number {
  return internals(client).commandQueue.length;
}

export function oldestUnanswered(client: Redis): DriverCommand | undefined {
  return internals(client).commandQueue.peekFront()?.command;
}

/** Whether the driver is in the middle of its own handshake, in which only its own commands pass. */
export function isHandshaking(client: Redis): boolean {
  return internals(client).status === 'connect';
}

/**
 * Has the handshake select the database that was selected last. The driver would do so after it, as a command among
 * others: what is sent again would come before it.
 */
export function keepDatabase(client: Redis): void {
  const { condition, prevCondition } = internals(client);
  if (condition && prevCondition) condition.select = prevCondition.select;
}

/** Gives the next handshake, also one that has already begun, these credentials. */
export function setCredentials(
  client: Redis,
  username: string | undefined,
  password: string | undefined,
): void {
  const target = internals(client);
  target.options['username'] = username;
  target.options['password'] = password;
  if (target.condition) target.condition.auth = username ? [username, password] : password;
}

/** Whether the driver opens with HELLO 3. Before version 6 it cannot, and its parser fails on what RESP3 brings. */
export function speaksResp3(client: Redis): boolean {
  const { defaultOptions } = client.constructor as { defaultOptions?: Record<string, unknown> };
  return optionsOf(client)['protocol'] === 3 && defaultOptions?.['protocol'] !== undefined;
}

/** Makes the handshake that is about to begin speak RESP2, for a peer that refuses HELLO. */
export function speakResp2(client: Redis): void {
  const { condition } = internals(client);
  if (condition === null || condition.protocol === undefined) return;
  condition.protocol = 2;
  condition.replyMapping = 'legacy';
}

export type SubscriptionKind = 'subscribe' | 'psubscribe' | 'ssubscribe';
export type Subscriptions = Readonly<Record<SubscriptionKind, readonly string[]>>;

/** What the connection is, or before its loss was, subscribed to. */
export function subscriptionsOf(client: Redis): Subscriptions {
  const { condition, prevCondition } = internals(client);
  const set = condition?.subscriber || prevCondition?.subscriber;
  return {
    subscribe: set ? set.channels('subscribe') : [],
    psubscribe: set ? set.channels('psubscribe') : [],
    ssubscribe: set ? set.channels('ssubscribe') : [],
  };
}
