import { EventEmitter } from 'node:events';
import type { Clock, TimerHandle } from '../../../packages/core/src/clock.ts';
import { withinDeadline } from '../../../packages/core/src/deadline.ts';
import type {
  ClusterDriver,
  ClusterEvent,
  NodeDriver,
} from '../../../packages/core/src/driver/cluster-driver.ts';
import type { DriverCommand, SendCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { keySlot } from '../../../packages/core/src/keys/key-slot.ts';
import { commandOf } from './fake-command.ts';
import type { FakeNetwork } from './fake-network.ts';
import { FakeNode } from './fake-node.ts';

type SlotReply = readonly [from: number, to: number, owner: readonly [host: string, port: number]];
type Prepare = (node: NodeDriver) => 'skip' | Promise<unknown> | undefined;

const slotsTimeoutMs = 300;

/**
 * A cluster client: it asks one node after the other for the slots, keeps a connection to each owner, follows MOVED, and
 * begins anew when no node is left. It has no subscriptions, and asks for the slots over the connections it has.
 */
export class FakeCluster implements ClusterDriver {
  readonly #clock: Clock;
  readonly #network: FakeNetwork;
  readonly #events = new EventEmitter();
  readonly #nodes = new Map<string, FakeNode>();
  #startup: readonly { readonly host: string; readonly port: number }[];
  #slots: readonly SlotReply[] = [];
  #status: 'idle' | 'connecting' | 'ready' | 'closed' | 'ended' = 'idle';
  #waiting: DriverCommand[] = [];
  #gate: SendCommand;
  #retryDelay = (): number => 100;
  #prepare: Prepare = () => undefined;
  #timer: TimerHandle | undefined;

  constructor(
    clock: Clock,
    network: FakeNetwork,
    startup: readonly { readonly host: string; readonly port: number }[],
  ) {
    this.#clock = clock;
    this.#network = network;
    this.#startup = startup.map(({ host, port }) => ({ host, port }));
    this.#gate = this.send;
  }

  get isReady(): boolean {
    return this.#status === 'ready';
  }

  get hasEnded(): boolean {
    return this.#status === 'ended';
  }

  on(event: ClusterEvent, listener: () => void): void {
    this.#events.on(`tells ${event}`, listener);
  }

  /** Sends a command as its user does: through the gate, where there is one. */
  call(name: string, ...args: readonly string[]): Promise<unknown> {
    return this.#gate(commandOf(name, args)) as Promise<unknown>;
  }

  readonly send: SendCommand = (command) => {
    if (this.#status === 'ended') command.reject(new Error('Connection is closed.'));
    else if (this.#status !== 'ready') {
      this.#waiting.push(command);
      this.wake();
    } else this.#sendTo(this.#ownerOf(command.getKeys()[0] as string), command);
    return command.promise;
  };

  ask(name: string, args: readonly string[]): Promise<unknown> {
    return this.send(commandOf(name, args)) as Promise<unknown>;
  }

  isHandshake(): boolean {
    return false;
  }

  forgetNode(): void {
    // It finds the node of each command anew.
  }

  takeOver(gate: SendCommand, retryDelay: () => number): void {
    this.#gate = gate;
    this.#retryDelay = retryDelay;
  }

  nodes(): readonly FakeNode[] {
    return [...this.#nodes.values()];
  }

  primaries(): readonly FakeNode[] {
    return this.nodes();
  }

  onNodeAdded(listener: (node: NodeDriver) => void): void {
    this.#events.on('node-added', listener);
  }

  onNodeRemoved(listener: (node: NodeDriver) => void): void {
    this.#events.on('node-removed', listener);
  }

  onSubscriber(): void {
    // There never is one.
  }

  owners(): ReadonlySet<string> {
    return new Set(this.#slots.map(([, , [host, port]]) => `${host}:${port}`));
  }

  async readSlots(): Promise<void> {
    for (const node of this.nodes()) {
      const prepared = this.#prepare(node);
      if (prepared === 'skip') continue;
      try {
        await prepared;
        const late = (): Error => new Error('No answer in time.');
        const reply = await withinDeadline(this.#clock, slotsTimeoutMs, node.ask('cluster', ['SLOTS']), late);
        this.#learn(reply as readonly SlotReply[]);
        this.#tell('slots-read');
        return;
      } catch {
        this.#tell('node-error');
      }
    }
    throw new Error('Failed to refresh slots cache.');
  }

  beforeSlots(prepare: Prepare): void {
    this.#prepare = prepare;
  }

  rememberNodes(): void {
    const known = this.nodes().map(({ address }) => address.split(':'));
    const configured = this.#startup.map(({ host, port }) => `${host}:${port}`);
    const more = known.filter(([host, port]) => !configured.includes(`${host}:${port}`));
    this.#startup = [...this.#startup, ...more.map(([host = '', port]) => ({ host, port: Number(port) }))];
  }

  startupNodes(): readonly Readonly<Record<string, unknown>>[] {
    return this.#startup;
  }

  wake(): void {
    if (this.#status === 'idle') this.#connect();
  }

  disconnect(): void {
    void this.end();
  }

  end(): Promise<void> {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    if (this.#status !== 'ended') {
      this.#status = 'ended';
      for (const node of this.nodes()) node.disconnect();
      this.#rejectWaiting();
      this.#tell('end');
    }
    return Promise.resolve();
  }

  settleEnded(): void {
    this.#status = 'ended';
  }

  #connect(): void {
    this.#status = 'connecting';
    this.#tell('connecting');
    for (const { host, port } of this.#startup) this.#nodeAt(host, port);
    this.readSlots().then(
      () => {
        if (this.#status === 'connecting') this.#ready();
      },
      () => {
        if (this.#status !== 'connecting') return;
        this.#tell('error');
        this.#close();
      },
    );
  }

  #ready(): void {
    this.#status = 'ready';
    this.#tell('ready');
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) this.send(command);
  }

  #close(): void {
    this.#status = 'closed';
    this.#tell('close');
    this.#rejectWaiting();
    this.#timer = this.#clock.setTimeout(() => this.#connect(), this.#retryDelay());
  }

  #learn(slots: readonly SlotReply[]): void {
    this.#slots = slots;
    const owners = this.owners();
    for (const [, , [host, port]] of slots) this.#nodeAt(host, port);
    for (const node of this.nodes()) if (!owners.has(node.address)) node.disconnect();
  }

  #ownerOf(key: string): FakeNode | undefined {
    const slot = keySlot(key);
    const range = this.#slots.find(([from, to]) => from <= slot && slot <= to);
    return range === undefined ? undefined : this.#nodeAt(...range[2]);
  }

  // A redirection is its own business: the gate hears of any other failure.
  #sendTo(node: FakeNode | undefined, command: DriverCommand): void {
    const { reject } = command;
    command.reject = (error) => {
      command.reject = reject;
      const [, host, port] = /^MOVED \d+ (.*):(\d+)$/.exec(error.message) ?? [];
      if (host === undefined) return reject(error);
      this.#readSlotsAgain();
      this.#sendTo(this.#nodeAt(host, Number(port)), command);
    };
    if (node === undefined) command.reject(new Error('Cluster isn’t ready: no node has the slot.'));
    else node.submit(command);
  }

  #readSlotsAgain(): void {
    void this.readSlots().catch(() => undefined);
  }

  #nodeAt(host: string, port: number): FakeNode {
    const address = `${host}:${port}`;
    const known = this.#nodes.get(address);
    if (known !== undefined) return known;
    const node = new FakeNode(this.#clock, this.#network, host, port);
    this.#nodes.set(address, node);
    node.on('end', () => this.#remove(node));
    this.#events.emit('node-added', node);
    return node;
  }

  #remove(node: FakeNode): void {
    this.#nodes.delete(node.address);
    this.#events.emit('node-removed', node);
    if (this.#nodes.size === 0 && this.#status === 'ready') this.#close();
  }

  #rejectWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) command.reject(new Error('Connection is closed.'));
  }

  // As ioredis tells it: a tick later.
  #tell(event: ClusterEvent): void {
    process.nextTick(() => this.#events.emit(`tells ${event}`));
  }
}
