import type { Socket } from 'node:net';
import { Command, type Redis } from 'ioredis';
import type { CommandSink } from '../driver/command-sink.ts';
import type { DriverCommand, PipelineStream, SendCommand } from '../driver/driver-command.ts';
import { changesSubscriptions, logsIn, type BesidesReplies } from '../driver/besides-replies.ts';
import type { ParserTraits } from '../replies/frame-line.ts';
import type { DriverConnector, FirstFailure } from '../driver/driver-connector.ts';
import type { DriverStatus } from '../driver/driver-status.ts';
import type { Driver, DriverEvent, DriverNews, ProvenState } from '../driver/driver.ts';
import { endedKindOf, type Subscriptions, type Unsubscribed } from '../driver/subscriptions.ts';
import type { Listener } from '../listener.ts';
import type { Credentials } from '../redis-resilience.ts';
import { beginAgain, sendQueued } from './begun/begin-again.ts';
import { wake } from './methods/duplicates.ts';
import { hasFastPath, streamAtOnce, writePlain } from './fast-path.ts';
import { hear } from './methods/hear.ts';
import { internals, type OwnConnector } from './internals.ts';
import { leadTo, logInWith } from './lead-to.ts';
import { Logins } from './logins.ts';
import { ownSendOf } from './commands/own-send.ts';
import { sentBefore } from './commands/sent-before.ts';
import { answerPlain } from './plain-answer.ts';
import { allowRouting, furtherRepliesOf } from './raw/reply-router.ts';
import { flushInOrder } from './sockets/flush-in-order.ts';
import { driverStatusOf } from './sockets/driver-status.ts';
import { leaveBehind } from './sockets/left-behind.ts';
import { parserOf, speakResp2 } from './sockets/protocol.ts';
import { answerFromProof, isHandshakeCommand, spareClientInfo } from './sockets/proven-handshake.ts';
import { SelectedDatabase } from './selected-database.ts';
import { interceptConnect, monitorAtOnce, takeOverConnection, takeOverRetries } from './methods/take-over.ts';
import { readUnsubscribed, subscriptionsOf } from './unsubscribed.ts';
import { runNext } from '../event-loop/soon.ts';

/** Adapts one ioredis client to core's driver interface. */
export class RedisDriver implements Driver {
  readonly #own: SendCommand;
  protected readonly client: Redis;
  readonly #selected: SelectedDatabase;
  readonly #logins = new Logins(this);
  /** The connector that the client had before it was protected; undefined once its attempt has been given up. */
  #former: OwnConnector | undefined;
  #givenUp: Promise<void> | undefined;
  #unsubscribing: Listener<Unsubscribed> | undefined;
  #proven: ProvenState | undefined;
  /** What else the server may send because of unanswered commands: see {@link BesidesReplies}. */
  #besides: 'confirmations' | 'lines' | undefined;

  constructor(client: Redis) {
    this.client = client;
    flushInOrder(client);
    this.#selected = new SelectedDatabase(internals(client));
    this.#own = ownSendOf(client);
  }

  get isWrapped(): boolean {
    return this.#own.isWrapped === true;
  }

  send(command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown {
    const proven = internals(this.client).status === 'connect' ? this.#proven : undefined;
    if (proven !== undefined && answerFromProof(command, proven, this.#own)) return command.promise;
    if (command.name === 'select') this.#selected.follow(command);
    else if (command.name === 'monitor') this.#besides = 'lines';
    else if (changesSubscriptions(command.name) || logsIn(command.name)) this.#besides ??= 'confirmations';
    const kind = endedKindOf(command.name);
    if (kind !== undefined) this.#unsubscribing?.onNews({ kind, channels: command.args.map(String) });
    this.#logins.sends(command);
    const sent = this.#own(command, stream, node);
    this.#logins.sent(command, stream === undefined);
    return sent;
  }

  get status(): DriverStatus {
    return driverStatusOf(internals(this.client).status);
  }

  get options(): Readonly<Record<string, unknown>> {
    return internals(this.client).options;
  }

  get socket(): Socket | undefined {
    return internals(this.client).stream;
  }

  get isClosing(): boolean {
    return internals(this.client).manuallyClosing;
  }

  on<Event extends DriverEvent>(event: Event, listener: (() => void) | Listener<DriverNews<Event>>): void {
    hear(this.client, event, listener);
  }

  ask(name: string, args: readonly string[]): Promise<unknown> {
    const question = new Command(name, [...args], { replyEncoding: 'utf8' });
    this.send(question as unknown as DriverCommand);
    return question.promise;
  }

  ping(text?: string): Promise<unknown> {
    return text === undefined ? this.client.ping() : this.client.ping(text);
  }

  isHandshake(command: DriverCommand): boolean {
    return internals(this.client).status === 'connect' && isHandshakeCommand(command);
  }

  get hasFastPath(): boolean {
    return !this.isWrapped && hasFastPath(this.client);
  }

  writePlain(command: DriverCommand, sink: CommandSink): void {
    writePlain(this.client, this, command, sink);
  }

  batchStream(): ReturnType<Driver['batchStream']> {
    return streamAtOnce(this.client);
  }

  unansweredCount(): number {
    return internals(this.client).commandQueue.length + furtherRepliesOf(this.client);
  }

  oldestUnanswered(): DriverCommand | undefined {
    return internals(this.client).commandQueue.peekFront()?.command;
  }

  unanswered(): readonly DriverCommand[] {
    return Array.from(internals(this.client).commandQueue.toArray(), ({ command }) => command);
  }

  answerPlain(chunk: Buffer, start: number, end: number): boolean {
    return answerPlain(internals(this.client), chunk, start, end);
  }

  get parser(): ParserTraits {
    return parserOf(internals(this.client));
  }

  besidesReplies(): BesidesReplies {
    const { status, condition } = internals(this.client);
    if (status === 'monitoring') return 'lines';
    if (condition?.subscriber && condition.protocol !== 3) return 'messages';
    if (this.unansweredCount() === 0) this.#besides = undefined;
    return this.#besides ?? 'nothing';
  }

  takeOver(gate: SendCommand, connector: DriverConnector): void {
    this.#former = internals(this.client).connector;
    takeOverConnection(this.client, connector);
    allowRouting(this.client, this);
    if (this.options['monitor'] === true) monitorAtOnce(this.client, this);
    else internals(this.client).sendCommand = gate;
  }

  sentBefore(): ReturnType<Driver['sentBefore']> {
    return sentBefore(this.client);
  }

  beginAgain(): void {
    if (this.#former !== undefined) {
      beginAgain(this.client, this.#former, (socket) => {
        this.#givenUp = new Promise((resolve) => socket.once('close', () => resolve()));
      });
      this.#former = undefined;
    }
    sendQueued(this.client);
  }

  async givenUp(): Promise<void> {
    await this.#givenUp;
  }

  takeOverRetries(): void {
    takeOverRetries(this.client);
  }

  answerConnectBy(source: FirstFailure): void {
    interceptConnect(this.client, source);
  }

  get database(): number {
    return this.#selected.number;
  }

  leadTo(options: Readonly<Record<string, unknown>>, database: number): void {
    leadTo(internals(this.client), options);
    this.#selected.moved(database);
  }

  onDatabase(database: number, send: () => void): void {
    this.#selected.during(database, this, send);
  }

  keepDatabase(): void {
    this.#selected.keep();
  }

  refuseDatabase(): void {
    this.#selected.refused();
  }

  setCredentials(credentials: Credentials): void {
    logInWith(internals(this.client), credentials);
  }

  async authenticate({ username, password }: Credentials): Promise<void> {
    await (username === undefined ? this.client.auth(password) : this.client.auth(username, password));
  }

  speaksResp3(): boolean {
    return internals(this.client).condition?.protocol === 3; // Undefined before ioredis 6.
  }

  speakResp2(): void {
    speakResp2(internals(this.client));
  }

  leaveBehind(socket: Socket, own: readonly unknown[], onLeft: () => void): boolean {
    return leaveBehind(this.client, socket, own, onLeft);
  }

  proven(state: ProvenState | undefined): void {
    this.#proven = state;
    spareClientInfo(internals(this.client).options, state);
  }

  subscriptions(): Subscriptions {
    return subscriptionsOf(internals(this.client));
  }

  readUnsubscribed(name: string, read: () => void): void {
    readUnsubscribed(internals(this.client), name, read);
  }

  onUnsubscribe(listener: Listener<Unsubscribed>): void {
    this.#unsubscribing = listener;
  }

  wake(): void {
    wake(this.client);
  }

  disconnect(): void {
    this.client.disconnect();
  }

  forgetClosing(): void {
    runNext(() => Object.assign(internals(this.client), { manuallyClosing: false }));
  }
}
