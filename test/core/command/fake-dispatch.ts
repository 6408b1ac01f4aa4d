import type { LaneCircuits } from '../../../packages/core/src/circuit/lane-circuits.ts';
import type { Dispatch, FastPath, FastRoute, PartAway } from '../../../packages/core/src/command/dispatch.ts';
import type {
  DriverCommand,
  PipelineStream,
  SendCommand,
} from '../../../packages/core/src/driver/driver-command.ts';
import type { ReleaseBook } from '../../../packages/core/src/driver/tracked-call.ts';
import { Flush } from '../../../packages/core/src/event-loop/flush.ts';
import { connectionError, replyError } from './call-of.ts';

/** A driver without a server: it keeps all commands until the test replies to them. */
export class FakeDispatch implements Dispatch {
  readonly #now: () => number;
  readonly #generations: () => readonly [number, number];
  /** The commands that were sent alone to the node that a redirection names. */
  readonly followed: DriverCommand[] = [];
  readonly follow?: (command: DriverCommand) => void;
  /** Commands that core wrote directly to the socket, and commands that core gave to the driver. */
  readonly fast: DriverCommand[] = [];
  readonly slow: DriverCommand[] = [];
  /** For each command that core gave to the driver: the pipeline stream and the node that core passed with it. */
  readonly givenWith: { readonly stream: PipelineStream | undefined; readonly node: unknown }[] = [];
  readonly batchNodes: unknown[] = [];
  /** The database on which each call or batch was to run; undefined for the selected one. */
  readonly databases: (number | undefined)[] = [];
  readonly left: DriverCommand[] = [];
  writesAtOnce = true;
  hasFastPath = true;
  /** Whether core can write the next commands directly to the socket of their node, without the driver. */
  hasRoute = true;
  /** The stream for those commands of a batch that need the driver; undefined if the whole batch goes through it. */
  batchStreamOf: PipelineStream | undefined;
  isTakingBytes = true;
  handshakeName: string | undefined;
  /** If set, the node that every call needs is unavailable. */
  away: PartAway | undefined;
  partCircuits: LaneCircuits | undefined;
  /** The run id of the server process. */
  server: string | undefined = 'first';
  /** Counts the CLIENT UNBLOCK requests that end blocking calls on this connection. */
  releaseBook: ReleaseBook | undefined;
  /** The names of the commands that core has sent by itself. */
  readonly asked: string[] = [];
  wakes = 0;
  lastReadAt = 0;
  #unanswered: DriverCommand[] = [];
  #unwritten: Flush[] = [];

  /** @param isCluster whether the driver follows redirections */
  constructor(now: () => number, generations: () => readonly [number, number], isCluster = false) {
    this.#now = now;
    this.#generations = generations;
    if (isCluster) this.follow = (command) => void this.followed.push(command);
  }

  isWrapped = false;

  send: SendCommand = (command, stream, node) => {
    this.slow.push(command);
    this.givenWith.push({ stream, node });
    this.#unanswered.push(command);
    return command.promise;
  };

  ask(name: string): Promise<unknown> {
    this.asked.push(name);
    return Promise.resolve();
  }

  /** The names of all commands that core has sent. */
  get sent(): readonly string[] {
    return [...this.fast, ...this.slow].map(({ name }) => name);
  }

  onDatabase(database: number | undefined, send: () => void): void {
    this.databases.push(database);
    send();
  }

  fastPath(): FastPath | undefined {
    if (!this.hasFastPath) return undefined;
    const route: FastRoute = {
      circuits: this.partCircuits,
      currentFlush: () => this.currentFlush(),
      write: (command) => {
        this.fast.push(command);
        this.#unanswered.push(command);
      },
    };
    return { routeOf: () => (this.hasRoute ? route : undefined) };
  }

  batchStream(): PipelineStream | undefined {
    return this.batchStreamOf;
  }

  /** Commands that are issued at the same time share one write to the socket (a flush). */
  currentFlush(): Flush {
    const last = this.#unwritten.at(-1);
    if (last?.at === this.#now()) return last;
    const flush = new Flush(this.#now(), ...this.#generations());
    this.#unwritten.push(flush);
    return flush;
  }

  isHandshake(command: DriverCommand): boolean {
    return command.name === this.handshakeName;
  }

  wake(): void {
    this.wakes++;
  }

  leave(quit: DriverCommand): void {
    this.left.push(quit);
  }

  isBlocked(): boolean {
    return !this.isTakingBytes;
  }

  partAway(): PartAway | undefined {
    return this.away;
  }

  isWhole(): boolean {
    return this.away === undefined;
  }

  circuitsOf(): LaneCircuits | undefined {
    return this.partCircuits;
  }

  serverOf(): string | undefined {
    return this.server;
  }

  beforeBatch: Dispatch['beforeBatch'] = (node) => {
    this.batchNodes.push(node);
  };

  releases(): ReleaseBook | undefined {
    return this.releaseBook;
  }

  readAt(): number {
    return this.lastReadAt;
  }

  /** Hands the bytes of all commands so far to the socket. */
  write(): void {
    for (const flush of this.#unwritten.splice(0)) {
      flush.at = this.#now();
      flush.isWritten = true;
    }
  }

  answer(command: DriverCommand, value: unknown = 'OK'): void {
    this.#forget(command);
    this.lastReadAt = this.#now();
    command.resolve(value);
  }

  /** Replies to a command with an error reply. */
  refuse(command: DriverCommand, message: string): void {
    this.#forget(command);
    this.lastReadAt = this.#now();
    command.reject(replyError(message));
  }

  /** Fails a command as the driver does by itself. */
  fail(command: DriverCommand, error: Error): void {
    this.#forget(command);
    command.reject(error);
  }

  /** Breaks the connection: the driver fails all unanswered commands. */
  break(): void {
    this.#unwritten = [];
    for (const command of this.#unanswered.splice(0)) command.reject(connectionError());
  }

  #forget(command: DriverCommand): void {
    this.#unanswered = this.#unanswered.filter((each) => each !== command);
  }
}
