import { EventEmitter } from 'node:events';
import type { Clock, TimerHandle } from '../../../packages/core/src/clock.ts';
import type {
  ClusterDriver,
  ClusterEvent,
  NodeDriver,
  NodeOptions,
  ShardChannels,
  SlotRange,
} from '../../../packages/core/src/driver/cluster-driver.ts';
import type { DriverCommand, SendCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { keySlot } from '../../../packages/core/src/keys/key-slot.ts';
import { commandOf } from './fake-command.ts';
import type { FakeNetwork } from './fake-network.ts';
import { FakeNode } from './fake-node.ts';

/**
 * A Cluster client: it has a connection to each owner of slots, follows MOVED, and starts again when no node is left.
 * The fake client does not support subscriptions, and gets the owners of the slots from the test.
 */
export class FakeCluster implements ClusterDriver {
  /** How often core said that the application may be told that the client is ready. */
  readyTold = 0;
  readonly #clock: Clock;
  readonly #network: FakeNetwork;
  readonly #events = new EventEmitter();
  readonly #nodes = new Map<string, FakeNode>();
  #startup: readonly { readonly host: string; readonly port: number }[];
  readonly #configured: readonly { readonly host: string; readonly port: number }[];
  #slots: readonly SlotRange[] = [];
  #status: 'idle' | 'connecting' | 'ready' | 'closed' | 'ended' = 'idle';
  #waiting: DriverCommand[] = [];
  #gate: SendCommand;
  #retryDelay = (): number => 100;
  #ask: () => Promise<readonly SlotRange[]> = () => Promise.reject(new Error('Nobody asks.'));
  #timer: TimerHandle | undefined;

  constructor(
    clock: Clock,
    network: FakeNetwork,
    startup: readonly { readonly host: string; readonly port: number }[],
  ) {
    this.#clock = clock;
    this.#network = network;
    this.#startup = startup.map(({ host, port }) => ({ host, port }));
    this.#configured = this.#startup;
    this.#gate = this.send;
  }

  get isReady(): boolean {
    return this.#status === 'ready';
  }

  get hasEnded(): boolean {
    return this.#status === 'ended';
  }

  isClosing(): boolean {
    return this.#status === 'ended';
  }

  tellReady(): void {
    this.readyTold++;
  }

  on(event: ClusterEvent, listener: () => void): void {
    this.#events.on(`tells ${event}`, listener);
  }

  /** Sends a command as an application does: through core, if core has taken over the client. */
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

  onShardSubscriber(): void {
    // Likewise.
  }

  shardChannels(): ShardChannels {
    return { wanted: new Set(), standing: new Map() };
  }

  renewShardSubscribers(): void {
    // It has none.
  }

  preferAnswering(): void {
    // It reads from primaries alone, and has no application.
  }

  owners(): ReadonlySet<string> {
    return new Set(
      this.#slots.flatMap(({ nodes }) => nodes.slice(0, 1).map(({ host, port }) => `${host}:${port}`)),
    );
  }

  serving(): ReadonlySet<string> {
    return this.owners();
  }

  async readSlots(): Promise<void> {
    try {
      this.#learn(await this.#ask());
      this.#tell('slots-read');
    } catch (error) {
      this.#tell('node-error');
      throw error;
    }
  }

  readSlotsBy(ask: () => Promise<readonly SlotRange[]>): void {
    this.#ask = ask;
  }

  readonly slotsTimeoutMs = 1_000;
  readonly readsFromReplicas = false;
  readonly isBypassable = true;

  primaryFor(command: DriverCommand): FakeNode | undefined {
    const [key] = command.getKeys();
    return this.#status === 'ready' && typeof key === 'string' ? this.#ownerOf(key) : undefined;
  }

  slotOf(command: DriverCommand): number | undefined {
    const [key] = command.getKeys();
    return typeof key === 'string' ? keySlot(key) : undefined;
  }

  addressesOf(slot: number): readonly string[] {
    const range = this.#slots.find(({ first, last }) => first <= slot && slot <= last);
    return (range?.nodes ?? []).map(({ host, port }) => `${host}:${port}`);
  }

  replicasOf(): readonly string[] {
    // The servers of a fake cluster have no replicas.
    return [];
  }

  connectTo(address: string): void {
    const [host = '', port] = address.split(':');
    this.#nodeAt(host, Number(port)).connectNow();
  }

  resolveStartupNodes(nodes: readonly NodeOptions[] = this.#configured): Promise<readonly NodeOptions[]> {
    return Promise.resolve(nodes);
  }

  rememberNodes(): void {
    const known = this.nodes().map(({ address }) => address.split(':'));
    const configured = this.#startup.map(({ host, port }) => `${host}:${port}`);
    const more = known.filter(([host, port]) => !configured.includes(`${host}:${port}`));
    this.#startup = [...this.#startup, ...more.map(([host = '', port]) => ({ host, port: Number(port) }))];
  }

  startupNodes(): readonly NodeOptions[] {
    return this.#startup;
  }

  wake(): void {
    if (this.#status === 'idle') this.#connect();
  }

  disconnect(): void {
    void this.end();
  }

  endMostNodes(): Promise<void> {
    return Promise.resolve();
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

  #learn(slots: readonly SlotRange[]): void {
    this.#slots = slots;
    const owners = this.owners();
    for (const { nodes } of slots) for (const { host, port } of nodes) this.#nodeAt(host, port);
    for (const node of this.nodes()) if (!owners.has(node.address)) node.disconnect();
  }

  #ownerOf(key: string): FakeNode | undefined {
    const [address] = this.addressesOf(keySlot(key));
    const [host = '', port] = address?.split(':') ?? [];
    return address === undefined ? undefined : this.#nodeAt(host, Number(port));
  }

  // The cluster client handles MOVED itself; any other failure goes to core.
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

  // ioredis emits its events in the next tick, too.
  #tell(event: ClusterEvent): void {
    process.nextTick(() => this.#events.emit(`tells ${event}`));
  }
}
