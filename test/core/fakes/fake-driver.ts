import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Command } from 'ioredis';
import type { Clock, TimerHandle } from '../../../packages/core/src/clock.ts';
import type { DriverConnector } from '../../../packages/core/src/driver/driver-connector.ts';
import type { Driver, DriverEvent, DriverStatus } from '../../../packages/core/src/driver/driver.ts';
import type { DriverCommand, SendCommand } from '../../../packages/core/src/driver/driver-command.ts';
import type { Subscriptions, UnsubscribeListener } from '../../../packages/core/src/driver/subscriptions.ts';
import type { Credentials } from '../../../packages/core/src/redis-resilience.ts';
import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import { handshakeOf, sessionOf, subscriptionsOf, type DriverSession } from './driver-session.ts';
import { UnansweredCommands } from './unanswered-commands.ts';

const handshakeNames: ReadonlySet<string> = new Set(['auth', 'hello', 'select', 'client']);
const endedKinds: ReadonlyMap<string, 'subscribe' | 'psubscribe' | 'ssubscribe'> = new Map([
  ['unsubscribe', 'subscribe'],
  ['punsubscribe', 'psubscribe'],
  ['sunsubscribe', 'ssubscribe'],
]);

/**
 * A client with one connection, which behaves as ioredis does once core has taken it over: it asks its connector for a
 * socket, opens with its own handshake, and tells of its states a tick later. Until then, and after `takeOver` alone, it
 * is a client that connects once.
 */
export class FakeDriver implements Driver {
  readonly options: Record<string, unknown>;
  /** Messages of its subscriptions, as `channel: message`. */
  readonly messages: string[] = [];
  status: DriverStatus = 'idle';
  isClosing = false;
  socket: Socket | undefined;
  readonly #clock: Clock;
  readonly #events = new EventEmitter();
  #connector: DriverConnector;
  #gate: SendCommand;
  #session: DriverSession;
  /** Of a connection that was lost, until the next one is ready. */
  #lostSession: DriverSession | undefined;
  #unanswered: UnansweredCommands;
  #waiting: DriverCommand[] = [];
  #comesBack = false;
  #firstFailure: (() => Promise<never>) | undefined;
  #onUnsubscribe: UnsubscribeListener | undefined;
  #timer: TimerHandle | undefined;

  /** `connector`: where its sockets come from until core takes it over. */
  constructor(clock: Clock, connector: DriverConnector, options: Record<string, unknown> = {}) {
    this.#clock = clock;
    this.#connector = connector;
    this.options = options;
    this.#gate = this.send;
    this.#session = sessionOf(options);
    this.#unanswered = this.#unansweredOf(this.#session);
  }

  on(event: DriverEvent, listener: () => void): void {
    this.#events.on(event, listener);
  }

  /** Sends a command as its user does: through the gate, where there is one. */
  call(name: string, ...args: readonly string[]): Promise<unknown> {
    return this.submit(commandOf(name, args)) as Promise<unknown>;
  }

  readonly submit: SendCommand = (command, ...rest) => this.#gate(command, ...rest);

  readonly send: SendCommand = (command) => {
    const kind = endedKinds.get(command.name);
    if (kind !== undefined) this.#onUnsubscribe?.(kind, command.args.map(String));
    const isWritable = this.status === 'ready' || this.isHandshake(command);
    if (this.status === 'ended') command.reject(closedError());
    else if (isWritable && this.socket !== undefined) this.#write(command, this.socket);
    else this.#wait(command);
    return command.promise;
  };

  fastPath(): (command: DriverCommand, socket: Socket) => void {
    return (command, socket) => this.#write(command, socket);
  }

  ask(name: string, args: readonly string[]): Promise<unknown> {
    return this.send(commandOf(name, args)) as Promise<unknown>;
  }

  ping(): Promise<unknown> {
    return this.call('ping');
  }

  isHandshake(command: DriverCommand): boolean {
    return this.status === 'handshake' && handshakeNames.has(command.name);
  }

  unansweredCount(): number {
    return this.#unanswered.length;
  }

  oldestUnanswered(): DriverCommand | undefined {
    return this.#unanswered.oldest;
  }

  takeOver(gate: SendCommand, connector: DriverConnector): void {
    this.#gate = gate;
    this.#connector = connector;
  }

  /** What waits passes the gate. An attempt that began before goes on. */
  beginAgain(): void {
    if (this.status === 'ready' || this.status === 'idle') return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) void this.#gate(command);
  }

  givenUp(): Promise<void> {
    return Promise.resolve();
  }

  takeOverRetries(): void {
    this.#comesBack = true;
  }

  answerConnectBy(firstFailure: () => Promise<never>): void {
    this.#firstFailure = firstFailure;
  }

  get database(): number {
    return (this.#lostSession ?? this.#session).database;
  }

  /** The database of its options holds again. */
  refuseDatabase(): void {
    const { database } = sessionOf(this.options);
    this.#session.database = database;
    if (this.#lostSession !== undefined) this.#lostSession.database = database;
  }

  keepDatabase(): void {
    if (this.#lostSession !== undefined) this.#session.database = this.#lostSession.database;
  }

  setCredentials({ username, password }: Credentials): void {
    Object.assign(this.options, { username, password });
    this.#session.credentials = { username, password };
  }

  async authenticate({ username, password }: Credentials): Promise<void> {
    await this.call('auth', ...(username === undefined ? [password] : [username, password]));
  }

  speaksResp3(): boolean {
    return this.status !== 'idle' && this.#session.protocol === 3;
  }

  speakResp2(): void {
    this.#session.protocol = 2;
  }

  subscriptions(): Subscriptions {
    const own = subscriptionsOf(this.#session);
    const isEmpty = Object.values(own).every((names) => names.length === 0);
    return isEmpty && this.#lostSession !== undefined ? subscriptionsOf(this.#lostSession) : own;
  }

  onUnsubscribe(listener: UnsubscribeListener): void {
    this.#onUnsubscribe = listener;
  }

  wake(): void {
    if (this.status === 'idle') this.connect().catch(ignore);
  }

  /** Resolves when it is ready; rejects with what its connector rejects with, or with the first failure it is told of. */
  connect(): Promise<void> {
    const connected = this.#connect();
    return this.#firstFailure === undefined ? connected : Promise.race([connected, this.#firstFailure()]);
  }

  disconnect(): void {
    if (this.status === 'parked') {
      this.#stopTimer();
      this.#end();
      return;
    }
    this.isClosing = true;
    if (this.status === 'idle') this.#onClose();
    else this.#connector.disconnect();
  }

  forgetClosing(): void {
    process.nextTick(() => {
      this.isClosing = false;
    });
  }

  #connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.status = 'connecting';
      this.#session = sessionOf(this.options);
      this.#connector.connect(ignore).then(
        (socket) => {
          this.#adopt(socket);
          const onReady = (): void => {
            this.#events.off('close', onClose);
            resolve();
          };
          const onClose = (): void => {
            this.#events.off('ready', onReady);
            reject(closedError());
          };
          this.#events.once('ready', onReady);
          this.#events.once('close', onClose);
        },
        (error: Error) => {
          this.#rejectAll(error);
          reject(error);
          this.#end();
        },
      );
    });
  }

  #adopt(socket: Socket): void {
    this.socket = socket;
    if (socket.destroyed) {
      process.nextTick(() => this.#onClose());
      return;
    }
    socket.once('error', ignore);
    socket.once('close', () => this.#onClose());
    process.nextTick(() => this.#open(socket));
  }

  #open(socket: Socket): void {
    const session = this.#session;
    const unanswered = this.#unansweredOf(session);
    this.#unanswered = unanswered;
    this.#tell('handshake', 'connect');
    const reader = new ReplyReader();
    socket.prependListener('data', (chunk: Buffer) => {
      for (const reply of reader.push(chunk).replies) unanswered.take(reply);
    });
    socket.resume();
    const commands = handshakeOf(session).map(([name, ...args]) => this.call(name, ...args));
    void Promise.allSettled(commands).then(() => {
      if (this.socket === socket && this.status === 'handshake') this.#ready();
    });
  }

  #ready(): void {
    this.#tell('ready', 'ready');
    this.#lostSession = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) this.send(command);
  }

  #onClose(): void {
    if (this.status === 'ready') this.#lostSession ??= this.#session;
    this.#tell('closed', 'close');
    const isOver = this.isClosing || !this.#comesBack;
    this.isClosing = false;
    if (isOver) {
      this.#end();
      return;
    }
    this.status = 'parked';
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#connect().catch(ignore);
    }, 0);
    this.#rejectAll(closedError());
  }

  #end(): void {
    this.#tell('ended', 'end');
    this.#rejectAll(closedError());
  }

  // As ioredis tells it: a tick later.
  #tell(status: DriverStatus, event: string): void {
    this.status = status;
    process.nextTick(() => this.#events.emit(event));
  }

  #write(command: DriverCommand, socket: Socket): void {
    if (command.name === 'select') this.#session.database = Number(command.args[0]);
    socket.write(command.toWritable(socket));
    this.#unanswered.add(command);
  }

  #wait(command: DriverCommand): void {
    this.#waiting.push(command);
    this.wake();
  }

  #rejectAll(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) command.reject(error);
    this.#unanswered.rejectAll(error);
  }

  #unansweredOf(session: DriverSession): UnansweredCommands {
    return new UnansweredCommands(session, (channel, message) =>
      this.messages.push(`${channel}: ${message}`),
    );
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function closedError(): Error {
  return new Error('Connection is closed.');
}

/** A command as ioredis builds it. */
export function commandOf(name: string, args: readonly string[]): DriverCommand {
  return new Command(name, [...args], { replyEncoding: 'utf8' }) as unknown as DriverCommand;
}

function ignore(): void {
  // What it met is told by its connector.
}
