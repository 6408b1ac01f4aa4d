import type { ClusterDriver, NodeDriver } from '../driver/cluster-driver.ts';
import type { Clock, Random, TimerHandle } from '../clock.ts';

/** What the watch found out. */
export type SlotNews =
  /** A node answers, and the cluster is not known to be down. */
  | 'serves'
  /** Every node that answers says that the cluster is down. */
  | 'down'
  /** No node answers. */
  | 'unreachable'
  /** A failover was decided, or a slot changed its owner: the slots are read at once. */
  | 'new-epoch';

/** After the last sign of trouble the cluster is watched for this much longer. */
const aftermathMs = 3000;
const growth = 1.15;
const maxPauseMs = 1000;

/**
 * Watches the cluster while there is trouble. Reading the slots costs a connection each time, so it is done more and
 * more rarely. Asking a node for the cluster's state costs almost nothing, and goes on at a steady pace. A new epoch
 * means that a failover is being decided: then the slots are read at once, and often again.
 */
export class SlotWatch {
  readonly #cluster: ClusterDriver;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #periodMs: number;
  readonly #answers: (node: NodeDriver) => boolean;
  readonly #tell: (news: SlotNews) => void;
  #until = 0;
  #pauseMs: number;
  #slotsDueAt = 0;
  #epoch: number | undefined;
  #timer: TimerHandle | undefined;
  #isAwaitingState = false;
  #isChecking = false;

  /** `answers`: whether a node may be asked, because it is connected and not silent. */
  constructor(
    cluster: ClusterDriver,
    clock: Clock,
    random: Random,
    periodMs: number,
    answers: (node: NodeDriver) => boolean,
    tell: (news: SlotNews) => void,
  ) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#random = random;
    this.#periodMs = periodMs;
    this.#pauseMs = periodMs;
    this.#answers = answers;
    this.#tell = tell;
  }

  /** Whether the nodes said that the cluster is down, and none has said since that it is up. */
  get isAwaitingState(): boolean {
    return this.#isAwaitingState;
  }

  trouble(): void {
    // Its nodes may end after it.
    if (this.#cluster.hasEnded) return;
    const now = this.#clock.now();
    if (now > this.#until) this.#hurry();
    this.#until = now + aftermathMs;
    if (this.#timer === undefined) this.#arm();
  }

  /** A node said that the cluster is down. Asks them all, because that one may be cut off, or have just started. */
  async checkState(): Promise<void> {
    this.trouble();
    if (this.#isChecking || this.#isAwaitingState) return;
    this.#isChecking = true;
    const states = await Promise.all(this.#answering().map(stateOf));
    this.#isChecking = false;
    const isDown = states.some((state) => state !== undefined) && !states.some(isOk);
    if (!isDown || this.#until === 0) return;
    this.#isAwaitingState = true;
    this.#tell('down');
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isAwaitingState = false;
    this.#until = 0;
  }

  #hurry(): void {
    this.#pauseMs = this.#periodMs;
    this.#slotsDueAt = 0;
  }

  #arm(): void {
    const pauseMs = this.#periodMs * (0.9 + 0.2 * this.#random());
    this.#timer = this.#clock.setTimeout(() => this.#look(), pauseMs);
    this.#timer.unref?.();
  }

  #look(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    const isOver = now > this.#until && !this.#isAwaitingState;
    if (isOver || this.#cluster.hasEnded) {
      this.#epoch = undefined;
      return;
    }
    if (now >= this.#slotsDueAt) this.#readSlots(now);
    void this.#askState();
    this.#arm();
  }

  #readSlots(now: number): void {
    this.#slotsDueAt = now + this.#pauseMs;
    this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
    if (!this.#cluster.isReady) return;
    this.#cluster.readSlots().then(
      () => this.#slotsRead(true),
      () => this.#slotsRead(false),
    );
  }

  #slotsRead(isAnswered: boolean): void {
    if (this.#until === 0) return;
    if (!isAnswered) {
      this.#tell('unreachable');
      // While no node answers, the slots are read at the pace of dialing.
      this.#until = this.#clock.now() + aftermathMs;
      this.#hurry();
    } else if (!this.#isAwaitingState) this.#tell('serves');
  }

  async #askState(): Promise<void> {
    const nodes = this.#answering();
    const node = nodes[Math.floor(this.#random() * nodes.length)];
    const state = node === undefined ? undefined : await stateOf(node);
    if (state === undefined || this.#until === 0) return;
    this.#noteEpoch(Number(/cluster_current_epoch:(\d+)/.exec(state)?.[1] ?? 0));
    if (!this.#isAwaitingState || !isOk(state)) return;
    this.#isAwaitingState = false;
    this.#tell('serves');
  }

  #answering(): readonly NodeDriver[] {
    return this.#cluster.primaries().filter((node) => this.#answers(node));
  }

  #noteEpoch(epoch: number): void {
    const isNew = this.#epoch !== undefined && epoch > this.#epoch;
    this.#epoch = Math.max(epoch, this.#epoch ?? 0);
    if (!isNew) return;
    this.#tell('new-epoch');
    this.#hurry();
    this.#readSlots(this.#clock.now());
  }
}

async function stateOf(node: NodeDriver): Promise<string | undefined> {
  try {
    return String(await node.ask('cluster', ['INFO']));
  } catch {
    return undefined;
  }
}

function isOk(state: string | undefined): boolean {
  return state?.includes('cluster_state:ok') === true;
}
