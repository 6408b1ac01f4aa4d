import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import type { Clock, TimerHandle } from '../../../packages/core/src/clock.ts';
import type { BesidesReplies } from '../../../packages/core/src/driver/besides-replies.ts';
import type { DriverConnector, FirstFailure } from '../../../packages/core/src/driver/driver-connector.ts';
import type { DriverStatus } from '../../../packages/core/src/driver/driver-status.ts';
import type { Driver, DriverEvent, DriverNews } from '../../../packages/core/src/driver/driver.ts';
import type { DriverCommand, SendCommand } from '../../../packages/core/src/driver/driver-command.ts';
import type { Subscriptions, Unsubscribed } from '../../../packages/core/src/driver/subscriptions.ts';
import type { Listener } from '../../../packages/core/src/listener.ts';
import type { Credentials } from '../../../packages/core/src/redis-resilience.ts';
import type { ParserTraits } from '../../../packages/core/src/replies/frame-line.ts';
import { DriverConnection } from './driver-connection.ts';
import { handshakeOf, sessionOf, subscriptionsOf } from './driver-session.ts';
import { commandOf } from './fake-command.ts';
import { endedKinds } from './unanswered-commands.ts';

const handshakeNames: ReadonlySet<string> = new Set(['auth', 'hello', 'select', 'client']);

/**
 * A client with one connection, which behaves like ioredis under the control of core: it asks its connector for a
 * socket, sends its handshake, and emits each event in the next tick. Before core has taken over the retries, too, the
 * fake driver connects only once.
 */
export class FakeDriver implements Driver {
  readonly options: Record<string, unknown>;
  /** Messages from the driver's subscriptions, as `channel: message`. */
  readonly messages: string[] = [];
  status: DriverStatus = 'idle';
  isClosing = false;
  socket: Socket | undefined;
  readonly #clock: Clock;
  readonly #events = new EventEmitter();
  #connector: DriverConnector;
  #gate: SendCommand;
  #connection: DriverConnection;
  /** The connection that was lost last, kept until the next one is ready. */
  #lost: DriverConnection | undefined;
  #waiting: DriverCommand[] = [];
  #comesBack = false;
  #source: FirstFailure | undefined;
  #unsubscribing: Listener<Unsubscribed> | undefined;
  #timer: TimerHandle | undefined;

  /** `connector` creates the sockets until core takes over the driver. */
  constructor(clock: Clock, connector: DriverConnector, options: Record<string, unknown> = {}) {
    this.#clock = clock;
    this.#connector = connector;
    this.options = options;
    this.#gate = this.send;
    this.#connection = this.#newConnection();
  }

  on<Event extends DriverEvent>(event: Event, listener: (() => void) | Listener<DriverNews<Event>>): void {
    this.#events.on(
      event,
      typeof listener === 'function' ? listener : () => listener.onNews({ kind: event }),
    );
  }

  /** Sends a command as an application does: through core, if core has taken over the driver. */
  call(name: string, ...args: readonly string[]): Promise<unknown> {
    return this.submit(commandOf(name, args)) as Promise<unknown>;
  }

  readonly submit: SendCommand = (command, ...rest) => this.#gate(command, ...rest);

  readonly send: SendCommand = (command) => {
    const ended = endedKinds.get(command.name);
    if (ended !== undefined) this.#unsubscribing?.onNews({ kind: ended, channels: command.args.map(String) });
    const isWritable = this.status === 'ready' || this.isHandshake(command);
    if (this.status === 'ended') command.reject(closedError());
    else if (isWritable && this.socket !== undefined) this.#connection.write(command, this.socket);
    else {
      this.#waiting.push(command);
      this.wake();
    }
    return command.promise;
  };

  readonly hasFastPath = true;

  writePlain(command: DriverCommand): void {
    this.#connection.write(command, this.socket as Socket);
  }

  batchStream(): undefined {
    return undefined;
  }

  ask(name: string, args: readonly string[]): Promise<unknown> {
    return this.send(commandOf(name, args)) as Promise<unknown>;
  }

  ping(text?: string): Promise<unknown> {
    return text === undefined ? this.call('ping') : this.call('ping', text);
  }

  isHandshake(command: DriverCommand): boolean {
    return this.status === 'handshake' && handshakeNames.has(command.name);
  }

  unansweredCount(): number {
    return this.#connection.unanswered.length;
  }

  oldestUnanswered(): DriverCommand | undefined {
    return this.#connection.unanswered.oldest;
  }

  rejectWaiting(matches: (command: DriverCommand) => boolean, error: Error): void {
    const rejected = this.#waiting.filter(matches);
    this.#waiting = this.#waiting.filter((command) => !rejected.includes(command));
    for (const command of rejected) command.reject(error);
  }

  rejectSent(): void {
    // It keeps the commands that were written.
  }

  unanswered(): readonly DriverCommand[] {
    return this.#connection.unanswered.all;
  }

  get parser(): ParserTraits {
    return { readsResp3: true, followsRedirects: false };
  }

  answerPlain(): boolean {
    return false;
  }

  onDatabase(_database: number, send: () => void): void {
    send();
  }

  readUnsubscribed(_name: string, read: () => void): void {
    read();
  }

  besidesReplies(): BesidesReplies {
    const { session, unanswered } = this.#connection;
    if (session.protocol === 2 && unanswered.isListening) return 'messages';
    return unanswered.isConfirming ? 'confirmations' : 'nothing';
  }

  takeOver(gate: SendCommand, connector: DriverConnector): void {
    this.#gate = gate;
    this.#connector = connector;
  }

  sentBefore(): ReturnType<Driver['sentBefore']> {
    return { commands: [], isLost: false };
  }

  /**
   * Passes waiting commands through core. Abandons a connection attempt that is already running, and starts a new one
   * with core's connector.
   */
  beginAgain(): void {
    if (this.status === 'ready' || this.status === 'idle') return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) void this.#gate(command);
    if (this.status !== 'connecting' && this.status !== 'handshake') return;
    const given = this.socket;
    this.socket = undefined;
    given?.destroy();
    void this.#connect().catch(ignore);
  }

  givenUp(): Promise<void> {
    return Promise.resolve();
  }

  takeOverRetries(): void {
    this.#comesBack = true;
  }

  answerConnectBy(source: FirstFailure): void {
    this.#source = source;
  }

  get database(): number {
    return (this.#lost ?? this.#connection).session.database;
  }

  /** Restores the database from the options after SELECT was rejected. */
  refuseDatabase(): void {
    const { database } = sessionOf(this.options);
    this.#connection.session.database = database;
    if (this.#lost !== undefined) this.#lost.session.database = database;
  }

  leadTo(options: Readonly<Record<string, unknown>>, database: number): void {
    Object.assign(this.options, options);
    this.#connection.session.database = database;
    if (this.#lost !== undefined) this.#lost.session.database = database;
  }

  keepDatabase(): void {
    if (this.#lost !== undefined) this.#connection.session.database = this.#lost.session.database;
  }

  setCredentials({ username, password }: Credentials): void {
    Object.assign(this.options, { username, password });
    this.#connection.session.credentials = { username, password };
  }

  async authenticate({ username, password }: Credentials): Promise<void> {
    const answer = this.call('auth', ...(username === undefined ? [password] : [username, password]));
    // Some servers never reply to an AUTH that they refuse. The reply to this PING shows that the AUTH was processed.
    if (this.status === 'ready') this.ask('ping', ['login']).catch(ignore);
    await answer;
  }

  speaksResp3(): boolean {
    return this.status !== 'idle' && this.#connection.session.protocol === 3;
  }

  leaveBehind(): boolean {
    return false;
  }

  proven(): void {
    // Its handshake asks the server all the same.
  }

  speakResp2(): void {
    this.#connection.session.protocol = 2;
  }

  subscriptions(): Subscriptions {
    const own = subscriptionsOf(this.#connection.session);
    const isEmpty = Object.values(own).every((names) => names.length === 0);
    return isEmpty && this.#lost !== undefined ? subscriptionsOf(this.#lost.session) : own;
  }

  onUnsubscribe(listener: Listener<Unsubscribed>): void {
    this.#unsubscribing = listener;
  }

  wake(): void {
    if (this.status === 'idle') this.connect().catch(ignore);
  }

  /**
   * Resolves when the driver is ready; rejects with the error of its connector, or with the first failure
   * that the server reports.
   */
  connect(): Promise<void> {
    const connected = this.#connect();
    return this.#source === undefined ? connected : Promise.race([connected, this.#source.firstFailure()]);
  }

  disconnect(): void {
    if (this.status === 'parked') {
      if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
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

  async #connect(): Promise<void> {
    this.status = 'connecting';
    this.#connection = this.#newConnection();
    const connection = this.#connection;
    try {
      const socket = await this.#connector.connect(ignore);
      if (connection !== this.#connection) {
        socket.destroy();
        return;
      }
      this.#adopt(socket);
    } catch (error) {
      this.#rejectAll(error as Error);
      this.#end();
      throw error;
    }
    const over = new AbortController();
    const { signal } = over;
    const closed = once(this.#events, 'close', { signal }).then(() => Promise.reject(closedError()));
    await Promise.race([once(this.#events, 'ready', { signal }), closed]).finally(() => over.abort());
  }

  #adopt(socket: Socket): void {
    this.socket = socket;
    if (socket.destroyed) {
      process.nextTick(() => this.#onClose());
      return;
    }
    socket.once('error', ignore);
    socket.once('close', () => {
      if (this.socket === socket) this.#onClose();
    });
    process.nextTick(() => this.#open(socket));
  }

  #open(socket: Socket): void {
    if (this.socket !== socket) return;
    this.#tell('handshake', 'connect');
    this.#connection.read(socket);
    const commands = handshakeOf(this.#connection.session).map(([name, ...args]) => this.call(name, ...args));
    void Promise.allSettled(commands).then(() => {
      if (this.socket === socket && this.status === 'handshake') this.#ready();
    });
  }

  #ready(): void {
    this.#tell('ready', 'ready');
    this.#lost = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) this.send(command);
  }

  #onClose(): void {
    if (this.status === 'ready') this.#lost ??= this.#connection;
    this.#tell('closed', 'close');
    const isOver = this.isClosing || !this.#comesBack;
    this.isClosing = false;
    if (isOver) {
      this.#end();
      return;
    }
    this.status = 'parked';
    this.#timer = this.#clock.setTimeout(() => void this.#connect().catch(ignore), 0);
    this.#rejectAll(closedError());
  }

  #end(): void {
    this.#tell('ended', 'end');
    this.#rejectAll(closedError());
  }

  // ioredis emits its events in the next tick, too.
  #tell(status: DriverStatus, event: string): void {
    this.status = status;
    process.nextTick(() => this.#events.emit(event));
  }

  #rejectAll(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) command.reject(error);
    this.#connection.unanswered.rejectAll(error);
  }

  #newConnection(): DriverConnection {
    return new DriverConnection(this.options, (channel, message) =>
      this.messages.push(`${channel}: ${message}`),
    );
  }
}

function closedError(): Error {
  return new Error('Connection is closed.');
}

function ignore(): void {
  // What it met is told by its connector.
}
